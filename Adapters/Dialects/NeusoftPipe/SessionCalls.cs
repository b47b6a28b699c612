using ProvincialGateway.Adapters.Contracts;

namespace ProvincialGateway.Dialects.NeusoftPipe;

/// <summary>INIT, 11 the hospital's code, 99 undo by serial.</summary>
internal static class SessionCalls
{
    private static readonly NumberedField Serial = new(1, "original_transaction_id", "流水号");

    public static IReadOnlyList<HisOperation> DecodeStart(FieldReader call, PipeSettings settings) => [new Acknowledge()];

    public static PipeReply? EncodeStart(HisResult result) => result is Acknowledged ? new PipeReply() : null;

    public static IReadOnlyList<HisOperation> DecodeHospital(FieldReader call, PipeSettings settings) => [new DescribeInstitution()];

    public static PipeReply? EncodeHospital(HisResult result) => result is InstitutionDescribed hospital ? new PipeReply().Add(hospital.InstitutionCode) : null;

    /// <summary>The serial alone says whether a fee line, an admission or a settlement is meant.</summary>
    public static IReadOnlyList<HisOperation> DecodeUndo(FieldReader call, PipeSettings settings)
    {
        var serial = call.Required(Serial);
        var id = Serials.IdOf(serial);
        if (id is null)
            call.Refuse(Serial, "不是本接口发出的流水号。", "this is no serial of this interface.");
        return [new ReverseTransaction { OriginalTransactionId = id ?? "" }];
    }

    /// <summary>
    /// Every serial is the node's, so one that is merely voided, because nobody knows it, names nothing the hospital could have undone: it is a
    /// failure, lest the hospital strikes out what still stands.
    /// </summary>
    public static PipeReply? EncodeUndo(HisResult result) =>
        result is TransactionReversed { Effect: HisReversalEffect.Undone or HisReversalEffect.NothingToUndo } ? new PipeReply() : null;
}
