using System.Globalization;
using Provincial.His.V1;

namespace ProvincialGateway.Tests.Support;

/// <summary>Fee lines in the local codes of the two sample provinces.</summary>
public static class SampleBills
{
    /// <summary>50000.00 = 4000 full self-pay + 600 over limit + 3400 pre-self-pay + 42000 in scope: the worked example.</summary>
    public static IReadOnlyList<FeeLine> Guangzhou(DateOnly on) => Lines(on,
        """
        F110200003 特需病房床位费 08 250.0000 10
        Y009001 人血白蛋白(自费) 01 375.0000 4
        C060001 冠状动脉支架 11 8600.0000 1
        Y000123 阿莫西林胶囊 01 0.8333 24
        Y000456 注射用头孢曲松钠 01 45.0000 40
        Z310702 冠状动脉造影 06 6000.0000 1
        C060010 球囊扩张导管 11 3000.0000 1
        Z320500 经皮冠状动脉支架置入术 07 5680.0000 1
        F110200001 三人间床位费 08 60.0000 10
        H120100003 一级护理 09 30.0000 10
        E110100002 住院诊察费 10 20.0000 10
        L250101 血常规 05 25.0000 6
        L250305 肝功能全套 05 120.0000 3
        L250400 心肌酶谱 05 90.0000 5
        X210300 胸部CT平扫 12 260.0000 2
        X220600 心脏彩超 02 240.0000 2
        X310700 心电图 02 30.0000 8
        T330000 重症监护 06 180.0000 48
        Y000210 氯化钠注射液 01 4.5000 60
        Y000220 阿司匹林肠溶片 01 0.5200 110
        Y000230 低分子肝素钠注射液 01 48.0000 40
        S331500 麻醉费 14 1500.0000 1
        C070001 一次性介入导管包 11 1304.5000 4
        Y000220 阿司匹林肠溶片 01 0.5200 -10
        """);

    /// <summary>35206.00 before 4 capsules (3.33) are taken back; a code without mapping counts as full self-pay.</summary>
    public static IReadOnlyList<FeeLine> Kunming(DateOnly on) => Lines(on,
        """
        XJ01CAA040E001 阿莫西林胶囊 01 0.8333 24
        XJ01DDA100E002 注射用头孢曲松钠 01 42.0000 20
        XB01ABD075E003 低分子肝素钠注射液 01 52.0000 10
        ZL110200001 三人间床位费 08 45.0000 8
        ZL120100003 一级护理 09 25.0000 8
        ZL250101001 血常规 06 22.0000 3
        ZL210300001 胸部CT平扫 04 280.0000 2
        ZL331501007 全髋关节置换术 07 4800.0000 1
        HC060300011 人工全髋关节 10 26000.0000 1
        ZL330100005 全身麻醉 31 1200.0000 1
        ZL110200009 特需病房床位费 08 150.0000 2
        9999999999 院内制剂骨伤合剂 02 85.0000 4
        """);

    /// <summary>3600.00 in Guangzhou, all of it in scope.</summary>
    public static IReadOnlyList<FeeLine> IntensiveCare(DateOnly on) => [Line("1", "T330000", "重症监护", "06", "180.0000", "20", on)];

    /// <summary>980.00 = 100 full self-pay + 60 pre-self-pay + 820 in scope: below the deductible.</summary>
    public static IReadOnlyList<FeeLine> BelowDeductible(DateOnly on) => Lines(on,
        """
        Y009001 人血白蛋白(自费) 01 100.0000 1
        Y000456 注射用头孢曲松钠 01 60.0000 10
        H120100003 一级护理 09 28.0000 10
        """);

    /// <summary>The amount is computed here: price times quantity, rounded half away from zero.</summary>
    public static FeeLine Line(string serial, string code, string name, string category, string price, string quantity, DateOnly on) => new()
    {
        LineSerial = serial,
        LocalCode = code,
        LocalName = name,
        FeeCategory = category,
        UnitPrice = price,
        Quantity = quantity,
        AmountFen = (long)Math.Round(
            decimal.Parse(price, CultureInfo.InvariantCulture) * decimal.Parse(quantity, CultureInfo.InvariantCulture) * 100, MidpointRounding.AwayFromZero),
        FeeDate = on.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    private static List<FeeLine> Lines(DateOnly on, string table) =>
    [
        .. table.Split('\n').Select((row, index) => (Cells: row.Split(' '), Serial: (index + 1).ToString(CultureInfo.InvariantCulture)))
            .Select(row => Line(row.Serial, row.Cells[0], row.Cells[1], row.Cells[2], row.Cells[3], row.Cells[4], on)),
    ];
}
