using System.Text.Json;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.AdapterHost;

/// <summary>One way in which an adapter does not do what one of its samples says. Names fields, never values.</summary>
internal sealed record SampleFault(string Sample, string Chinese, string English)
{
    public override string ToString() => $"{Sample}: {Chinese} | {English}";
}

internal sealed record SampleReport(int Samples, IReadOnlyList<SampleFault> Faults);

/// <summary>
/// The conformance check of an adapter against <c>samples/conformance</c>: every recorded request is read as stated, twice the same, its coded
/// fields translate, and the stated results are answered with the recorded bytes. Formats: Adapters/README.md.
/// </summary>
internal sealed class SampleCheck
{
    private readonly IHisDialect _dialect;
    private readonly ICodeTranslator _codes;
    private readonly ConformanceSample _sample;
    private readonly List<SampleFault> _faults;

    private SampleCheck(IHisDialect dialect, ICodeTranslator codes, ConformanceSample sample, List<SampleFault> faults) =>
        (_dialect, _codes, _sample, _faults) = (dialect, codes, sample, faults);

    /// <param name="samplesFolder">The adapter's <c>samples</c>; without it, or without <c>conformance</c> in it, there is nothing to check.</param>
    public static SampleReport Run(IHisDialect dialect, ICodeTranslator codes, string samplesFolder)
    {
        var samples = ConformanceSample.FoldersIn(samplesFolder);
        var faults = new List<SampleFault>();
        foreach (var sample in samples)
            Run(dialect, codes, sample, faults);
        return new SampleReport(samples.Count, faults);
    }

    private static void Run(IHisDialect dialect, ICodeTranslator codes, string folder, List<SampleFault> faults)
    {
        var name = Path.GetFileName(folder);
        try
        {
            new SampleCheck(dialect, codes, ConformanceSample.Read(folder), faults).Run();
        }
        catch (Exception fault) when (fault is JsonException or IOException)
        {
            faults.Add(new SampleFault(name, $"样例文件无法读取：{fault.Message}", $"its files cannot be read: {fault.Message}"));
        }
        // An adapter that throws on its own samples breaks the contract, whatever it throws.
        catch (Exception fault)
        {
            var place = FaultPlace.Of(fault);
            faults.Add(new SampleFault(name, $"处理该样例时抛出异常：{place}。", $"an exception is thrown on it: {place}."));
        }
    }

    private void Run()
    {
        var envelope = _dialect.Decode(_sample.Message);
        Compare(_sample.Requests, [.. envelope.Requests.Select(SampleRequest.Of)], "解析结果与 operation.json 不同", "the request is not read as operation.json says");
        Compare([.. envelope.Requests.Select(SampleRequest.Of)], [.. _dialect.Decode(_sample.Message).Requests.Select(SampleRequest.Of)],
            "两次解析结果不同", "reading it twice gives two results");
        foreach (var (index, (request, stated)) in envelope.Requests.Zip(_sample.Requests).Index())
            Translate(index, request, stated);
        if (_sample.Reply is { } reply)
            Encode(envelope, reply);
    }

    private void Compare(IReadOnlyList<SampleRequest> expected, IReadOnlyList<SampleRequest> actual, string chinese, string english)
    {
        // The refusal of the catalogue is not the dialect's to give.
        var stated = JsonSerializer.Serialize(expected.Select(request => request with { Untranslatable = null }), HisJson.Options);
        if (HisJson.FirstDifference(stated, JsonSerializer.Serialize(actual, HisJson.Options)) is { } place)
            Fault($"{chinese}（{place}）。", $"{english} (at {place}).");
    }

    private void Translate(int index, HisRequest request, SampleRequest stated)
    {
        if (request.Operation is not { } operation)
            return;
        var refused = HisCodes.TryToExchange(operation, _codes, _sample.Day, out _, out var refusal) ? null : new SampleRefusal(refusal.Code, refusal.Field);
        if (refused == stated.Untranslatable)
            return;
        if (refused is not null)
            Fault($"第 {index + 1} 笔的字段 {refused.Field} 在目录中没有对照（{refused.Code}）。", $"field {refused.Field} of request {index + 1} does not translate ({refused.Code}).");
        else
            Fault($"第 {index + 1} 笔应无对照，实际可以转换。", $"request {index + 1} translates although it is said not to.");
    }

    private void Encode(HisEnvelope envelope, byte[] expected)
    {
        if (_sample.ResultsFor(envelope) is not { } results)
        {
            Fault("results.json 与请求笔数不符。", "results.json does not answer every request.");
            return;
        }
        var reply = _dialect.Encode(envelope, results);
        var at = reply.Body.AsSpan().CommonPrefixLength(expected);
        if (at < Math.Max(reply.Body.Length, expected.Length))
            Fault($"应答与 reply.bin 从第 {at} 字节起不同。", $"the reply differs from reply.bin at byte {at}.");
    }

    private void Fault(string chinese, string english) => _faults.Add(new SampleFault(_sample.Name, chinese, english));
}
