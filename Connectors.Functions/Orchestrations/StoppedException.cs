namespace Connectors.Functions.Orchestrations;

/// <summary>Ends a job's orchestration from anywhere in it.</summary>
internal sealed class StoppedException : Exception
{
    public StoppedException(StopReason stop, string? sentence)
        : base(sentence) => (Stop, Sentence) = (stop, sentence);

    /// <summary>Why.</summary>
    public StopReason Stop { get; }

    /// <summary>What failed; <see langword="null"/> when it was only to stop. An exception without a message would make one
    /// up.</summary>
    public string? Sentence { get; }
}
