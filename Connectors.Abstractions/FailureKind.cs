namespace Connectors.Abstractions;

/// <summary>What a failure means for the work it ended. There is no fourth kind.</summary>
public enum FailureKind
{
    /// <summary>It may pass: a time-out, a reset connection, 429, 502, 503, 504. The same call may be made again.</summary>
    Retry,

    /// <summary>It concerns one document or one file. It is reported, and the sync goes on.</summary>
    Skip,

    /// <summary>No retry can help: wrong credentials, bad configuration, a missing privilege. The job ends with the message.</summary>
    Fatal,
}
