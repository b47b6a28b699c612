using System.Buffers;

namespace ProvincialGateway.His;

internal static class HisBody
{
    // A client that sends far too much should still be able to read why it was refused, but not send for ever.
    private const int DrainedTimesLimit = 16;

    /// <summary>The body, or null when it exceeds the limit; what exceeds it is read and forgotten, not kept.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, int bytesMax)
    {
        var kept = new ArrayBufferWriter<byte>(Math.Clamp((int)Math.Min(request.ContentLength ?? 0, bytesMax), 256, bytesMax));
        var total = 0L;
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted) is > 0 and var count)
            {
                total += count;
                if (total <= bytesMax)
                    kept.Write(buffer.AsSpan(0, count));
                else if (total > (long)bytesMax * DrainedTimesLimit)
                    break;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
        if (total > bytesMax)
            return null;
        return kept.WrittenMemory;
    }
}
