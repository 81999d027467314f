using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Filtering;
using Connectors.Sync.Protocol.Jobs;

namespace Connectors.Sync.Service.Jobs;

/// <summary>What a user changed of a connector since a job took its copy of it, as far as a sync depends on it. Pure.</summary>
internal static class ChangedSettings
{
    /// <summary>The names of what differs, without values; nothing when a job made now would do the same.</summary>
    /// <param name="job">The job.</param>
    /// <param name="connector">Its connector as it is now.</param>
    /// <param name="source">The connector's source.</param>
    public static IReadOnlyList<string> Since(SyncJobRecord job, ConnectorRecord connector, SourceDescription source)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(source);
        var changed = new List<string>();
        if (job.ServiceType != connector.ServiceType)
        {
            changed.Add("service_type");
        }

        if (job.IndexName != IndexOf(connector, job.IsAccessControl))
        {
            changed.Add("index_name");
        }

        // By what the source is told: labels, order and defaults that are written out make no difference. A field that the copy does not
        // have came with a new version of the source, and one that a sync uses up is always that of the connector.
        var before = SourceSettings.FromConfiguration(job.Configuration, source.Fields);
        var now = SourceSettings.FromConfiguration(connector.Configuration, source.Fields);
        changed.AddRange(
            source
                .Fields.Where(field => !field.IsReplacedByUse)
                .Select(field => field.Name)
                .Where(name => job.Configuration?.ContainsKey(name) == true && before.GetString(name) != now.GetString(name))
        );

        // Identities pass neither.
        if (!job.IsAccessControl)
        {
            if (job.Pipeline != connector.Pipeline)
            {
                changed.Add("pipeline");
            }

            if (RulesOf(job.Filtering) != RulesOf(connector.ActiveFiltering))
            {
                changed.Add("sync rules");
            }
        }

        return changed;
    }

    private static string? IndexOf(ConnectorRecord connector, bool isAccessControl) =>
        connector.IndexName is { } index && isAccessControl ? ProtocolIndices.AccessControlOf(index) : connector.IndexName;

    private static string RulesOf(JsonObject? filtering)
    {
        try
        {
            return SyncFingerprint.Of(SyncRules.Read(filtering).Fingerprint());
        }
        catch (ConnectorException invalid)
        {
            return invalid.Message;
        }
    }
}
