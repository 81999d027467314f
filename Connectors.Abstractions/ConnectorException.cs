namespace Connectors.Abstractions;

/// <summary>
/// The exception that this library, and every source, throws deliberately. Its message is a sentence for the operator: what failed, where,
/// and what to do. It never contains a secret, because it ends up in logs, in Kibana and on status pages; what looks like one all the same
/// is taken out. A message that does not end with a full stop gets one.
/// </summary>
public sealed class ConnectorException : Exception
{
    /// <summary>A failure of kind <see cref="FailureKind.Fatal"/>.</summary>
    public ConnectorException(string message)
        : this(FailureKind.Fatal, message) { }

    /// <summary>A failure of the given kind.</summary>
    /// <param name="kind">Whether a retry can help.</param>
    /// <param name="message">What failed, where, and what to do; without secrets.</param>
    /// <param name="innerException">The cause. Its message may reach a log: leave it out when it could hold a secret that does not look
    /// like one.</param>
    /// <param name="retryAfter">How long the other side asked to wait, if it did.</param>
    public ConnectorException(FailureKind kind, string message, Exception? innerException = null, TimeSpan? retryAfter = null)
        : base(
            Sentences.Whole(Redactor.Redact(message)),
            innerException is null or ConnectorException ? innerException : Redactor.Redact(innerException)
        )
    {
        Kind = kind;
        RetryAfter = retryAfter;
    }

    /// <summary>Whether a retry can help.</summary>
    public FailureKind Kind { get; }

    /// <summary>Whether what was to be read is no longer there. Of a document's content, the document is then treated as one that was not
    /// listed.</summary>
    public bool IsGone { get; init; }

    /// <summary>How long the other side asked to wait before the next try (Retry-After), or <see langword="null"/>.</summary>
    public TimeSpan? RetryAfter { get; }
}
