namespace ProvincialGateway.Tables;

/// <summary>One thing that is wrong in one place.</summary>
/// <param name="File">File name without folder.</param>
/// <param name="Line">Line as an editor counts, from 1; 0 when the whole file is meant.</param>
/// <param name="Column">Column name of the header; empty when the whole line is meant.</param>
public sealed record TableError(string File, int Line, string Column, string Chinese, string English)
{
    public override string ToString() => $"{File}:{Line} {Column}: {Chinese} | {English}";
}
