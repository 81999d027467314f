using System.IO.Hashing;
using System.Text;
using Connectors.Sync.Sources;

namespace Connectors.Sync.Service;

/// <summary>Unexpected failures. Their messages may hold secrets, so documents contain only the type and the id of the log entry;
/// of a failure in somebody's own source, who can mend it with that, its redacted message too.</summary>
internal static class UnexpectedError
{
    /// <summary>Names the log entry. A hash of the failure and where it happened: the same failure has the same id each time, so a document
    /// that tells of it already is not written again.</summary>
    public static string IdOf(Exception exception) => IdOf($"{exception}");

    /// <summary>Names the log entry of a failure of which there is only a text.</summary>
    public static string IdOf(string text) => Convert.ToHexStringLower(XxHash32.Hash(Encoding.UTF8.GetBytes(text)));

    /// <summary>What is told of such a failure.</summary>
    public static string Message(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var id = IdOf(exception);
        return FaultySource.Sentence(exception) is { } sentence
            ? $"{sentence} The log of the service tells where, under error id {id}."
            : $"Unexpected error ({exception.GetType().Name}). See the log of the service under error id {id}; please report it.";
    }
}
