namespace Connectors.Sync.Staging.LocalState;

/// <summary>What is kept of a sync turned out to be damaged while it was continued: it has to begin again.</summary>
/// <param name="reason">What is damaged, as a sentence.</param>
internal sealed class StartOverException(string reason) : Exception(reason);
