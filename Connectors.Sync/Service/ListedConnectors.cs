using Connectors.Sync.Configuration;
using Connectors.Sync.Configuration.Settings;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Sync.Service;

/// <summary>Compares the list <c>connectors</c> of the configuration with the connectors that there are. Pure.</summary>
internal static class ListedConnectors
{
    /// <summary>What is wrong with the list.</summary>
    /// <param name="listed">The list.</param>
    /// <param name="existing">All connectors, whoever serves them.</param>
    public static IEnumerable<ListedConnectorProblem> Problems(
        IReadOnlyList<ConnectorEntry> listed,
        IReadOnlyCollection<ConnectorRecord> existing
    )
    {
        foreach (var entry in listed)
        {
            var place = entry.Location.Length == 0 ? "connectors" : $"{entry.Location}: connectors";
            var connector = existing.FirstOrDefault(known => known.Id == entry.ConnectorId);
            if (connector is null)
            {
                var near = existing.FirstOrDefault(known => known.Name == entry.ConnectorId)?.Id
                    ?? KeySuggestion.Nearest(entry.ConnectorId, existing.Select(known => known.Id));
                yield return new ListedConnectorProblem(
                    entry,
                    $"{place}: there is no connector with the id \"{entry.ConnectorId}\", so nothing is served for it.",
                    near is null
                        ? "Write the id that `elastic-ingest connector list` shows, or take the entry out."
                        : $"Did you mean {near}?"
                );
            }
            else if (connector.ServiceType is { } type && type != entry.ServiceType)
            {
                yield return new ListedConnectorProblem(
                    entry,
                    $"{place}: connector \"{entry.ConnectorId}\" is of the service type {type}, and {entry.ServiceType} is written here.",
                    $"Write service_type: {type}, or the id of another connector."
                );
            }
        }
    }
}

/// <summary>A fault of one entry of the list.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Problem">What is wrong, with its place.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record ListedConnectorProblem(ConnectorEntry Entry, string Problem, string Remedy);
