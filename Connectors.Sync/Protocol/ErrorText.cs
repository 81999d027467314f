using Connectors.Abstractions;

namespace Connectors.Sync.Protocol;

/// <summary>Errors as they are written into protocol documents.</summary>
internal static class ErrorText
{
    // The fields are keywords, and a keyword of more than 32,766 bytes makes Elasticsearch refuse the document.
    private const int MaxLength = 4_000;

    /// <summary>The error of a running job that nobody has worked on for a long time, as Elastic's own service words it.</summary>
    public const string Idle = "The job has not seen any update for some time.";

    /// <summary>What a running job's error reads when its connector was deleted.</summary>
    public const string ConnectorDeleted =
        "The connector was deleted while this job ran. What it had written by then is still in the index.";

    public static string Cut(string message)
    {
        message = Redactor.Redact(message);
        if (message.Length <= MaxLength)
        {
            return message;
        }

        var end = char.IsHighSurrogate(message[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return string.Concat(message.AsSpan(0, end), "...");
    }
}
