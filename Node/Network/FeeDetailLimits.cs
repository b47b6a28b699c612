namespace ProvincialGateway.Network;

/// <summary>What the contract allows a fee detail transfer to hold (Protos/README.md, Limits): the sender keeps to it, the receiver refuses more.</summary>
internal static class FeeDetailLimits
{
    public const int LinesOfBillMax = 100_000;
    public const int LinesOfChunkMax = 500;

    /// <summary>Of an encoded chunk: it stays below.</summary>
    public const int ChunkBytesMax = 1024 * 1024;

    /// <summary>Of an encoded start.</summary>
    public const int StartBytesMax = 1024;

    /// <summary>Characters of any text of a line.</summary>
    public const int TextMax = 500;

    public const int RestrictedUseReasonMax = 200;

    /// <summary>Of one transfer, which a sender that keeps to line order never comes near.</summary>
    public const int RangesMax = 1_000;

    /// <summary>Transfers begun for one settlement, the replaced ones included.</summary>
    public const int TransfersMax = 16;
}
