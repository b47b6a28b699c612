using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NationalJson;

/// <summary>The lines of a 2301 reply. Written straight into the message: there may be thousands, and as nodes they would be built to be written once.</summary>
[JsonConverter(typeof(Writer))]
internal sealed class SplitLines
{
    /// <summary>How the platform writes that there is no price limit.</summary>
    private const decimal NoLimit = 999999m;

    private static readonly JsonTypeInfo<SplitLines> TypeInfo = (JsonTypeInfo<SplitLines>)JsonSerializerOptions.Default.GetTypeInfo(typeof(SplitLines));

    private readonly ClientVariant _variant;
    private readonly IReadOnlyList<HisSplitLine> _lines;

    private SplitLines(ClientVariant variant, IReadOnlyList<HisSplitLine> lines) => (_variant, _lines) = (variant, lines);

    public static JsonNode? Of(ClientVariant variant, IReadOnlyList<HisSplitLine> lines) => JsonValue.Create(new SplitLines(variant, lines), TypeInfo);

    private void Write(Utf8JsonWriter json, HisSplitLine line)
    {
        json.WriteStartObject();
        json.WriteString("feedetl_sn", line.LineSerial);
        json.WriteNumber("det_item_fee_sumamt", Json.YuanOf(line.AmountFen));
        json.WriteNumber("cnt", Json.Shortest(line.Quantity));
        json.WriteNumber("pric", Json.Shortest(line.UnitPrice));
        json.WriteNumber("pric_uplmt_amt", Json.Shortest(LimitOf(line)));
        json.WriteNumber("selfpay_prop", Json.Shortest(line.SelfPayBasisPoints / 10_000m));
        json.WriteNumber("fulamt_ownpay_amt", Json.YuanOf(line.FullSelfPayFen));
        json.WriteNumber("overlmt_amt", Json.YuanOf(line.OverLimitFen));
        json.WriteNumber("preselfpay_amt", Json.YuanOf(line.PreSelfPayFen));
        json.WriteNumber("inscp_scp_amt", Json.YuanOf(line.InScopeFen));
        json.WriteString("chrgitm_lv", line.ItemClass);
        json.WriteString("med_chrgitm_type", line.FeeCategory);
        json.WriteNull("bas_medn_flag");
        json.WriteNull("hi_nego_drug_flag");
        json.WriteNull("chld_medc_flag");
        json.WriteNull("list_sp_item_flag");
        json.WriteString("lmt_used_flag", "0");
        json.WriteString("drt_reim_flag", "0");
        json.WriteString("memo", line.ExchangeCode is null ? "无有效目录对照，按全自费计 no mapping, counted as full self-pay" : null);
        if (_variant == ClientVariant.GZ)
            json.WriteString("defray_type", "");
        json.WriteEndObject();
    }

    // The contract carries what lies above the limit, not the limit: the price up to which the line was counted, exact to the fen of the line.
    private static decimal LimitOf(HisSplitLine line) => line.OverLimitFen == 0 || line.Quantity == 0
        ? NoLimit
        : decimal.Round(line.UnitPrice - line.OverLimitFen / 100m / line.Quantity, 4, MidpointRounding.AwayFromZero);

    private sealed class Writer : JsonConverter<SplitLines>
    {
        public override SplitLines Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Replies are written only.");

        public override void Write(Utf8JsonWriter writer, SplitLines value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var line in value._lines)
                value.Write(writer, line);
            writer.WriteEndArray();
        }
    }
}
