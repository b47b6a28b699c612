using System.Text;
using NUnit.Framework;
using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Catalogue;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>A small catalogue that loads, as text that a test can spoil. Row 0 of each list stands on line 2 of its file.</summary>
internal sealed class CatalogueText
{
    public const string ItemHeader =
        "local_code,local_name,kind,unit,specification,dose_form,fee_category,item_class,self_pay_percent,limit_tertiary,limit_secondary,limit_primary,valid_from,valid_to";

    public const string MappingHeader = "local_code,exchange_code,exchange_name,quality,status,valid_from,valid_to";

    public const string CodeHeader = "system,local_code,local_name,exchange_code,exchange_name,direction,valid_from,valid_to";

    public const string RatioHeader = "local_code,person_class,price_from,price_to,self_pay_percent,valid_from,valid_to";

    public List<string> Items { get; } =
    [
        "D1,药品一,drug,盒,,,01,2,10,30,20,10,2016-01-01,",
        "S1,服务一,service,次,,,02,1,0,,,,2016-01-01,",
    ];

    public List<string> Mappings { get; } =
    [
        "D1,XD1,药品一,equivalent,valid,2016-01-01,",
        "S1,XS1,服务一,equivalent,valid,2016-01-01,",
    ];

    public List<string> Codes { get; } =
    [
        "FeeCategory,01,西药费,09,西药费,both,2016-01-01,",
        "FeeCategory,02,检查费,03,检查费,both,2016-01-01,",
        "ItemClass,1,甲,01,甲,both,2016-01-01,",
        "ItemClass,2,乙,02,乙,both,2016-01-01,",
        "ItemClass,3,丙,03,丙,both,2016-01-01,",
    ];

    /// <summary>Without rows there is no file.</summary>
    public List<string> Ratios { get; } = [];

    public string CodeColumns { get; init; } = CodeHeader;

    public Encoding Encoding { get; init; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <summary>What the files are tried as.</summary>
    public IReadOnlyList<Encoding> Encodings { get; set; } = [LegacyText.Utf8];

    public LocalCatalogue Loaded()
    {
        var load = Load();
        Assert.That(load.Errors, Is.Empty);
        return load.Catalogue!;
    }

    public CatalogueTimeline Timeline() => CatalogueTimeline.Of(Loaded());

    public CatalogueLoad Load()
    {
        var folder = Directory.CreateTempSubdirectory("catalogue-");
        try
        {
            return LocalCatalogue.Load(new CatalogueFiles
            {
                Items = Write("items.csv", [ItemHeader, .. Items]),
                Mappings = Write("mappings.csv", [MappingHeader, .. Mappings]),
                Codes = Write("codes.csv", [CodeColumns, .. Codes]),
                Ratios = Ratios.Count > 0 ? Write("ratios.csv", [RatioHeader, .. Ratios]) : null,
            });
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        TableSource Write(string file, IEnumerable<string> lines)
        {
            var path = Path.Combine(folder.FullName, file);
            File.WriteAllText(path, string.Join('\n', lines) + "\n", Encoding);
            return new TableSource(path) { Encodings = Encodings };
        }
    }
}
