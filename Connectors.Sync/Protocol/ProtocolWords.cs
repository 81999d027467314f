using System.Text.Json;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Protocol;

/// <summary>States of a connector.</summary>
internal enum ConnectorStatus
{
    /// <summary><c>created</c>: no configuration yet; the service writes the default one.</summary>
    Created,

    /// <summary><c>needs_configuration</c>: the user has to fill it in.</summary>
    NeedsConfiguration,

    /// <summary><c>configured</c>: filled in, not tried yet.</summary>
    Configured,

    /// <summary><c>connected</c>: the source answered when it was asked last.</summary>
    Connected,

    /// <summary><c>error</c>: see the connector's <c>error</c>.</summary>
    Error,
}

/// <summary>States of a sync job; <see cref="JobTransitions"/> says which may follow which.</summary>
internal enum JobStatus
{
    /// <summary><c>pending</c>: waits to be taken.</summary>
    Pending,

    /// <summary><c>in_progress</c></summary>
    InProgress,

    /// <summary><c>canceling</c>: the user wants it stopped; the service has not done so yet.</summary>
    Canceling,

    /// <summary><c>canceled</c></summary>
    Canceled,

    /// <summary><c>suspended</c>: stopped with its progress kept; waits to be taken up again.</summary>
    Suspended,

    /// <summary><c>completed</c></summary>
    Completed,

    /// <summary><c>error</c>: see the job's <c>error</c>.</summary>
    Error,
}

/// <summary>What a job syncs.</summary>
internal enum JobType
{
    /// <summary><c>full</c></summary>
    Full,

    /// <summary><c>incremental</c></summary>
    Incremental,

    /// <summary><c>access_control</c></summary>
    AccessControl,
}

/// <summary>Who wanted a job.</summary>
internal enum TriggerMethod
{
    /// <summary><c>on_demand</c></summary>
    OnDemand,

    /// <summary><c>scheduled</c></summary>
    Scheduled,
}

/// <summary>The protocol's words for our enums: <c>in_progress</c> for <see cref="JobStatus.InProgress"/>.</summary>
internal static class ProtocolWords
{
    /// <summary>The word in documents.</summary>
    public static string ToWord<T>(this T value)
        where T : struct, Enum => Words<T>.ByValue[value];

    /// <summary>The value of a word, or <see langword="null"/> for a word that the protocol does not have (or none at all).</summary>
    public static T? Parse<T>(string? word)
        where T : struct, Enum => word is not null && Words<T>.ByWord.TryGetValue(word, out var value) ? value : null;

    private static class Words<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue = Enum.GetValues<T>()
            .ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static readonly Dictionary<string, T> ByWord = ByValue.ToDictionary(
            pair => pair.Value,
            pair => pair.Key,
            StringComparer.Ordinal
        );
    }
}
