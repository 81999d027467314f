using Connectors.Abstractions;

namespace Connectors.Sync.Retries;

/// <summary>A wait for a source: because its service asked for one, or because it could not be asked.</summary>
/// <param name="Until">When it is asked again. A time that is over: it is being asked.</param>
/// <param name="Reason">Why it could not be asked, in short words; <see langword="null"/> when its service asked for a pause.</param>
/// <param name="Limit">Until when it is asked again and again; <see langword="null"/> when the wait alone is known.</param>
internal sealed record SourceWait(DateTimeOffset Until, string? Reason = null, DateTimeOffset? Limit = null)
{
    private const int MaxReasonLength = 160;

    /// <summary>A wait that is over, to be written where one was told.</summary>
    public static SourceWait Over { get; } = new(default(DateTimeOffset));

    /// <summary>The wait within a source; <see langword="null"/> when it does not wait, or does not tell.</summary>
    public static SourceWait? Within(IDataSource source) =>
        source is IReportsWaiting { WaitsUntil: { } until } ? new SourceWait(until) : null;

    /// <summary>Whether it goes on at a time.</summary>
    public bool IsOn(DateTimeOffset now) => (Limit ?? Until) > now;

    /// <summary>What a failure says happened, without what it advises: its first sentence.</summary>
    public static string ReasonOf(string message)
    {
        var end = 0;
        do
        {
            end = message.IndexOf(". ", end + 1, StringComparison.Ordinal);
        } while (end > 0 && end + 2 < message.Length && !char.IsUpper(message[end + 2]));

        var first = Sentences.Inner(end > 0 ? message[..end] : message);
        return first.Length <= MaxReasonLength ? first : string.Concat(first.AsSpan(0, MaxReasonLength), "...");
    }
}
