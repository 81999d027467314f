using System.Text.Json.Nodes;

namespace Connectors.Sync.Protocol.Jobs;

/// <summary>The queries that find sync jobs. Pure.</summary>
internal static class SyncJobQueries
{
    // The dates of a job's life; the newest of them is the last time that anything happened.
    private static readonly string[] Dates = ["completed_at", "canceled_at", "cancelation_requested_at", "last_seen", "created_at"];

    /// <summary>Jobs of a connector.</summary>
    public static JsonObject OfConnector(string connectorId) => new() { ["term"] = new JsonObject { ["connector.id"] = connectorId } };

    /// <summary>Jobs in one of these states.</summary>
    public static JsonObject InStates(IEnumerable<JobStatus> states) =>
        new()
        {
            ["terms"] = new JsonObject { ["status"] = new JsonArray([.. states.Select(status => JsonValue.Create(status.ToWord()))]) },
        };

    /// <summary>Jobs of a connector in one of these states; <see langword="null"/> for all jobs.</summary>
    /// <param name="connectorId">Whose; <see langword="null"/> for those of all connectors.</param>
    /// <param name="states">In which states; empty for any.</param>
    public static JsonObject? Matching(string? connectorId, IReadOnlyCollection<JobStatus> states)
    {
        List<JsonObject> filters = [];
        if (connectorId is not null)
        {
            filters.Add(OfConnector(connectorId));
        }

        if (states.Count > 0)
        {
            filters.Add(InStates(states));
        }

        return filters.Count == 0 ? null : All(filters);
    }

    /// <summary>Jobs that are over.</summary>
    /// <param name="since">Only those of which something happened since then; <see langword="null"/> for all.</param>
    /// <param name="createdBefore">Only those created before that; <see langword="null"/> for all.</param>
    public static JsonObject Ended(DateTimeOffset? since, DateTimeOffset? createdBefore)
    {
        List<JsonObject> filters = [InStates(JobTransitions.Ended)];
        if (since is { } from)
        {
            filters.Add(
                new JsonObject
                {
                    ["bool"] = new JsonObject
                    {
                        ["should"] = new JsonArray([.. Dates.Select(field => Range(field, "gte", from))]),
                        ["minimum_should_match"] = 1,
                    },
                }
            );
        }

        if (createdBefore is { } limit)
        {
            filters.Add(Range("created_at", "lt", limit));
        }

        return All(filters);
    }

    private static JsonObject All(IEnumerable<JsonObject> filters) =>
        new() { ["bool"] = new JsonObject { ["filter"] = new JsonArray([.. filters]) } };

    private static JsonObject Range(string field, string comparison, DateTimeOffset time) =>
        new() { ["range"] = new JsonObject { [field] = new JsonObject { [comparison] = ProtocolTime.Format(time) } } };
}
