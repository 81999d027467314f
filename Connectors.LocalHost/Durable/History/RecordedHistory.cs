namespace Connectors.LocalHost.Durable.History;

/// <summary>A history at rest. Turns tell by their count of arrivals which of these they answered; arrivals after the last turn are
/// news.</summary>
internal sealed record RecordedHistory(ExecutionStarted Start, IReadOnlyList<Arrival> Arrivals, IReadOnlyList<Turn> Turns)
{
    public IEnumerable<Arrival> News => Arrivals.Skip(Turns.Count == 0 ? 0 : Turns[^1].Arrivals);
}
