using ProvincialGateway.Adapters.Contracts;
using ProvincialGateway.Configuration;

namespace ProvincialGateway.Treatment;

/// <summary>How much one request may hold, whatever dialect it came in.</summary>
internal static class OperationLimits
{
    private const int DiagnosesMax = 16;
    private const int PageMax = 500;

    /// <summary>The refusal of a request that holds more than a limit; null when it does not.</summary>
    public static HisRefusal? Refuse(HisOperation operation, LimitOptions limits) => operation switch
    {
        TranslateFeeLines { Lines.Count: var count } when count > limits.LinesPerMessageMax => DeskRefusals.TooManyLines("lines", limits.LinesPerMessageMax),
        WithdrawFeeLines { LineSerials.Count: var count } when count > limits.LinesPerMessageMax => DeskRefusals.TooManyLines("line_serials", limits.LinesPerMessageMax),
        RegisterAdmission { Diagnoses.Count: > DiagnosesMax } or RegisterOutpatient { Diagnoses.Count: > DiagnosesMax } or Discharge { Diagnoses.Count: > DiagnosesMax } or UpdateVisit { Diagnoses.Count: > DiagnosesMax } =>
            DeskRefusals.TooManyDiagnoses(DiagnosesMax),
        StateSettlements { Rows.Count: > SettlementMoves.RowsMax } => DeskRefusals.TooManyClaims(SettlementMoves.RowsMax),
        QueryFeeLines { Skip: < 0 } => DeskRefusals.PageOutOfRange("skip", 0, int.MaxValue),
        QueryFeeLines { PageSize: < 1 or > PageMax } => DeskRefusals.PageOutOfRange("page_size", 1, PageMax),
        _ => null,
    };
}
