namespace Connectors.LocalHost.Durable.Instances;

/// <summary>Statistics of an instance, so that a test can set bounds.</summary>
/// <param name="Events">Records in the history now, as the real service would count them.</param>
/// <param name="MostEvents">The same, at its highest over all generations of continue-as-new.</param>
/// <param name="LargestPayload">In bytes of UTF-8: the largest input, result, event or status.</param>
/// <param name="Activities">Activities called, over all generations.</param>
/// <param name="Runs">How often the orchestrator ran from its start, in this process.</param>
public sealed record InstanceStatistics(int Events, int MostEvents, int LargestPayload, int Activities, int Runs);
