using System.Globalization;
using System.Text;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Tests.Catalogue;

/// <summary>A catalogue of the size of a large province, the same in every run: codes, names and columns as long and as varied as real ones.</summary>
internal static class CatalogueData
{
    public const int Rows = 300_000;

    private const int Seed = 20170925;

    private static readonly string[] Names = ["阿莫西林", "头孢曲松", "低分子肝素钙", "氯化钠", "复方丹参", "经皮冠状动脉支架置入术", "血清肌酐测定", "一次性使用输液器", "磁共振平扫", "阿托伐他汀钙"];
    private static readonly string[] Forms = ["胶囊剂", "注射剂", "片剂", "颗粒剂", "口服液体剂", ""];
    private static readonly string[] Units = ["盒", "支", "瓶", "次", "套", "袋"];
    private static readonly string[] Kinds = ["drug", "drug", "service", "consumable"];

    /// <summary>Writes items, mappings, codes and a few ratios in canonical columns.</summary>
    public static void Write(string folder)
    {
        var random = new Random(Seed);
        using var items = Open(folder, "items", "local_code,local_name,kind,unit,specification,dose_form,fee_category,item_class,self_pay_percent,limit_tertiary,limit_secondary,limit_primary,valid_from,valid_to");
        using var mappings = Open(folder, "mappings", "local_code,exchange_code,exchange_name,quality,status,valid_from,valid_to");
        for (var row = 0; row < Rows; row++)
        {
            var (code, name) = (CodeOf(row), NameOf(row));
            var kind = Kinds[row % Kinds.Length];
            var itemClass = random.Next(10) switch { < 5 => "1", < 8 => "2", _ => "3" };
            var selfPay = itemClass switch { "1" => "0", "2" => "10", _ => "100" };
            var limit = random.Next(3) == 0 ? (random.Next(1, 2_000_00) / 100m).ToString(CultureInfo.InvariantCulture) : "";
            var specification = $"0.{random.Next(5, 95):00}g*{random.Next(1, 200)}";
            items.Write($"{code},{name},{kind},{Units[row % Units.Length]},{specification},{Forms[row % Forms.Length]},0{1 + (row % 3)},{itemClass},{selfPay},{limit},{limit},{limit},2016-01-01,\n");
            mappings.Write($"{code},{ExchangeCodeOf(row)},{name},equivalent,valid,2016-01-01,\n");
        }
        using var codes = Open(folder, "codes", "system,local_code,local_name,exchange_code,exchange_name,direction,valid_from,valid_to");
        codes.Write("FeeCategory,01,西药费,09,西药费,both,2016-01-01,\nFeeCategory,02,检查费,03,检查费,both,2016-01-01,\nFeeCategory,03,材料费,08,卫生材料费,both,2016-01-01,\n");
        codes.Write("ItemClass,1,甲,01,甲,both,2016-01-01,\nItemClass,2,乙,02,乙,both,2016-01-01,\nItemClass,3,丙,03,丙,both,2016-01-01,\n");
        using var ratios = Open(folder, "ratios", "local_code,person_class,price_from,price_to,self_pay_percent,valid_from,valid_to");
        for (var row = 0; row < Rows; row += 100)
            ratios.Write($"{CodeOf(row)},21,,,5,2016-01-01,\n");
    }

    /// <summary>Lines of known codes in no order.</summary>
    public static HisFeeLine[] Lines(int count)
    {
        var random = new Random(Seed);
        var lines = new HisFeeLine[count];
        for (var line = 0; line < count; line++)
        {
            var (price, quantity) = (random.Next(1, 500_0000) / 10_000m, random.Next(1, 30));
            var row = random.Next(Rows);
            lines[line] = new HisFeeLine
            {
                LineSerial = line.ToString(CultureInfo.InvariantCulture),
                // A text of its own, as it comes out of a message.
                LocalCode = new string(CodeOf(row).AsSpan()),
                LocalName = NameOf(row),
                FeeCategory = "01",
                UnitPrice = price,
                Quantity = quantity,
                AmountFen = (long)Math.Round(price * quantity * 100, MidpointRounding.AwayFromZero),
                FeeDate = new DateOnly(2017, 9, 1 + random.Next(28)),
            };
        }
        return lines;
    }

    private static string CodeOf(int row) => string.Create(CultureInfo.InvariantCulture, $"YN{row * 7919L % 1_000_003:0000000}{row:000000}");

    private static string ExchangeCodeOf(int row) => string.Create(CultureInfo.InvariantCulture, $"XJ01CAA040E0010101{row:00000}");

    private static string NameOf(int row) => string.Create(CultureInfo.InvariantCulture, $"{Names[row % Names.Length]}样品{row}");

    private static StreamWriter Open(string folder, string table, string header)
    {
        var file = new StreamWriter(Path.Combine(folder, $"{table}.csv"), append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        file.Write($"{header}\n");
        return file;
    }
}
