using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Dialects;

/// <summary>Inputs that once failed. The fuzz prints a failing one in this form; it stays here when it is mended.</summary>
public sealed class FuzzRegressionTests
{
    private static readonly FuzzResults Results = new(1);

    // National JSON in a GBK frame answered four bytes of GB18030 under the label gbk, and RecvMsg of GX under the label GBK.
    private static IEnumerable<TestCaseData> Inputs =>
    [
        new("national-json", "/national/dll", "application/octet-stream", "HPBb"),
        new("national-json GZ", "/national/dll", "text/plain; charset=gbk", "/gJgGBmx9/kGfRT18xNgYQ=="),
        new("neusoft-caret GX", "/RecvMsg", "text/xml; charset=GBK", Soap("9120^^^^^^^1^")),
        new("neusoft-caret GX", "/RecvMsg", "text/xml; charset=GBK", Soap(NeusoftCaretMessages.Call("9120", ""))),
    ];

    [TestCaseSource(nameof(Inputs))]
    public void What_once_failed_is_answered(string subject, string path, string contentType, string body)
    {
        var dialect = FuzzSubject.All.Single(each => each.Name == subject).Dialect;
        var message = new HisMessage { Path = path, ContentType = contentType, SoapAction = "", Body = Convert.FromBase64String(body) };
        for (var seed = 0; seed < 50; seed++)
            Assert.That(new FuzzCheck(dialect, Results).Run(message, new Random(seed), isThorough: true), Is.Not.Empty);
    }

    private static string Soap(string call) =>
        Convert.ToBase64String(LegacyText.Gb18030.GetBytes(LegacyText.Utf8.GetString(NeusoftCaretMessages.Soap(call).Body.Span)));
}
