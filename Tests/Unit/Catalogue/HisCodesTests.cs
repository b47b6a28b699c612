using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Tests.Catalogue;

internal sealed class HisCodesTests
{
    private static readonly DateOnly Day = new(2018, 6, 12);

    /// <summary>Properties whose documentation names a code system, except those of fee lines, which belong to <see cref="LineTranslation"/>.</summary>
    private static readonly Dictionary<PropertyInfo, CodeSystem> Coded = DocumentedCodes()
        .Where(code => code.Key.DeclaringType != typeof(HisFeeLine))
        .ToDictionary();

    [Test]
    public void The_documentation_of_the_contract_names_the_coded_properties()
    {
        Assert.That(Coded, Does.ContainKey(typeof(HisPerson).GetProperty(nameof(HisPerson.Scheme))!));
        Assert.That(Coded.Values.Distinct(), Is.EquivalentTo(Enum.GetValues<CodeSystem>().Except([CodeSystem.Item])));
    }

    [Test]
    public void No_coded_property_of_any_operation_or_result_is_forgotten()
    {
        var seen = new HashSet<PropertyInfo>();
        foreach (var type in Concrete<HisOperation>())
        {
            Assert.That(HisCodes.TryToExchange((HisOperation)Filled(type), new Marking(), Day, out var translated, out _), Is.True, type.Name);
            AssertTranslated(translated!, seen);
        }
        foreach (var type in Concrete<HisResult>())
            AssertTranslated(HisCodes.ToLocal((HisResult)Filled(type), new Marking(), Day), seen);
        Assert.That(seen, Is.EquivalentTo(Coded.Keys));
    }

    [Test]
    public void What_is_not_given_stays_not_given()
    {
        var verify = new VerifyPerson { Person = new HisPersonReference { InsuredDivision = "530100", CardNumber = "A1" } };
        Assert.That(HisCodes.TryToExchange(verify, new Nothing(), Day, out var translated, out _), Is.True);
        Assert.That(translated, Is.EqualTo(verify));
    }

    [Test]
    public void A_refusal_names_every_field_and_value_without_a_mapping()
    {
        var admission = new RegisterAdmission
        {
            Person = new HisPersonReference { InsuredDivision = "530100" },
            HospitalVisitNumber = "ZY1",
            VisitKind = "77",
            AdmissionDate = Day,
            Diagnoses = [new HisDiagnosis { Code = "I20.000" }, new HisDiagnosis { Code = "Q99.9" + new string('9', 100) }],
        };
        var codes = new Only(CodeSystem.Diagnosis, "I20.000");

        Assert.That(HisCodes.TryToExchange(admission, codes, Day, out var translated, out var refusal), Is.False);

        Assert.That(translated, Is.Null);
        Assert.That((refusal!.Code, refusal.Field, refusal.Side), Is.EqualTo(("UNMAPPED_CODE", "visit_kind", RefusingSide.Treatment)));
        Assert.That(refusal.Chinese, Does.Contain("visit_kind").And.Contains("77").And.Contains("diagnoses[1].code").And.Not.Contains("I20.000"));
        Assert.That(refusal.English, Does.Contain("Q99.99").And.Contains("2018-06-12"));
        Assert.That(refusal.English, Has.Length.LessThan(250), "a long value is cut");
    }

    [Test]
    public void A_reply_never_fails_for_a_code_the_province_does_not_have()
    {
        foreach (var type in Concrete<HisResult>())
        {
            var result = (HisResult)Filled(type);
            Assert.That(Coded.Keys.Where(code => code.DeclaringType == type).Select(code => code.GetValue(HisCodes.ToLocal(result, new Nothing(), Day))), Is.All.EqualTo("code"));
        }
        var person = ((PersonVerified)HisCodes.ToLocal((HisResult)Filled(typeof(PersonVerified)), new Nothing(), Day)).Person;
        Assert.That((person.Scheme, person.Gender, person.FilingKind), Is.EqualTo(("code", "code", "code")));
    }

    private static void AssertTranslated(object value, HashSet<PropertyInfo> seen)
    {
        foreach (var property in value.GetType().GetProperties().Where(property => property.CanWrite))
        {
            var content = property.GetValue(value);
            if (Coded.TryGetValue(property, out var system))
            {
                seen.Add(property);
                Assert.That(content, Is.EqualTo($"{system}:code"), $"{property.DeclaringType!.Name}.{property.Name}");
            }
            else if (content is IEnumerable many and not string)
            {
                foreach (var one in many.Cast<object>().Where(IsRecord))
                    AssertTranslated(one, seen);
            }
            else if (content is not null && IsRecord(content))
                AssertTranslated(content, seen);
        }
    }

    private static object Filled(Type type)
    {
        var value = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in type.GetProperties().Where(property => property.CanWrite))
            property.SetValue(value, Content(property.PropertyType, property));
        return value;
    }

    private static object? Content(Type type, PropertyInfo property) => type switch
    {
        _ when type == typeof(string) => Coded.ContainsKey(property) ? "code" : "text",
        _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => OneOf(type.GetGenericArguments()[0], property),
        _ when type.IsClass => Filled(type),
        _ => null,
    };

    private static Array OneOf(Type element, PropertyInfo property)
    {
        var list = Array.CreateInstance(element, 1);
        list.SetValue(Content(element, property), 0);
        return list;
    }

    private static bool IsRecord(object value) => value.GetType().Assembly == typeof(HisOperation).Assembly && value.GetType().IsClass;

    private static IEnumerable<Type> Concrete<T>() => typeof(T).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(T)) && !type.IsAbstract);

    private static IEnumerable<KeyValuePair<PropertyInfo, CodeSystem>> DocumentedCodes()
    {
        var assembly = typeof(HisOperation).Assembly;
        var prefix = $"F:{typeof(CodeSystem).FullName}.";
        foreach (var member in XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member"))
        {
            var name = Regex.Match(member.Attribute("name")!.Value, @"^P:(.+)\.(\w+)$");
            var cref = member.Descendants("see").Select(see => see.Attribute("cref")?.Value).FirstOrDefault(target => target?.StartsWith(prefix, StringComparison.Ordinal) == true);
            if (name.Success && cref is not null)
                yield return new(assembly.GetType(name.Groups[1].Value, throwOnError: true)!.GetProperty(name.Groups[2].Value)!, Enum.Parse<CodeSystem>(cref[prefix.Length..]));
        }
    }

    private sealed class Marking : ICodeTranslator
    {
        public string? ToExchange(CodeSystem system, string localCode, DateOnly day) => $"{system}:{localCode}";

        public string? ToLocal(CodeSystem system, string exchangeCode, DateOnly day) => $"{system}:{exchangeCode}";
    }

    private sealed class Nothing : ICodeTranslator
    {
        public string? ToExchange(CodeSystem system, string localCode, DateOnly day) => null;

        public string? ToLocal(CodeSystem system, string exchangeCode, DateOnly day) => null;
    }

    private sealed class Only(CodeSystem known, string code) : ICodeTranslator
    {
        public string? ToExchange(CodeSystem system, string localCode, DateOnly day) => system == known && localCode == code ? code : null;

        public string? ToLocal(CodeSystem system, string exchangeCode, DateOnly day) => null;
    }
}
