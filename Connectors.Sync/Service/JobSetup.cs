using System.Text.Json.Nodes;
using Connectors.Sync.Engine;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Filtering;
using Connectors.Sync.Sources;

namespace Connectors.Sync.Service;

/// <summary>From a job's document to what the engine is asked; every reason not to run a job is found here.</summary>
internal static class JobSetup
{
    /// <summary>What the engine is asked for a job.</summary>
    /// <param name="job">The job: everything is taken from the copy of the connector that it holds.</param>
    /// <param name="source">The fields of its source.</param>
    /// <exception cref="ConnectorException">The job can't be run; the message is for its <c>error</c>.</exception>
    public static SyncRequest Request(SyncJobRecord job, SourceDescription source)
    {
        ArgumentNullException.ThrowIfNull(job);
        RequireRunnable(job);
        return Request(job.Id, job.ConnectorId, job.ServiceType!, job.IndexName!, job.Pipeline, job.Configuration, job.Filtering, source) with
        {
            Kind = job.Options.Kind,
            Cursor = job.Cursor?.DeepClone().AsObject(),
            AllowMassDelete = job.Options.AllowMassDelete,
            Reindex = job.Options.Reindex,
        };
    }

    /// <summary>What the engine is asked for a dry run of a connector as it is now.</summary>
    /// <exception cref="ConnectorException">The connector can't be synced.</exception>
    public static SyncRequest DryRun(ConnectorRecord connector, SourceDescription source)
    {
        ArgumentNullException.ThrowIfNull(connector);
        RequireIndex(connector.IndexName);
        return Request(
            $"dry-run-{connector.Id}", connector.Id, source.ServiceType, connector.IndexName!, connector.Pipeline, connector.Configuration, connector.ActiveFiltering, source) with
        {
            DryRun = true,
        };
    }

    /// <summary>Makes the source of a job, with the sync rules that it holds; the caller disposes it.</summary>
    /// <exception cref="ConnectorException">There is no such source, or what the user entered is wrong.</exception>
    public static IDataSource OpenSource(SyncJobRecord job, SourceCheck sources)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(sources);
        return Open(job.ServiceType ?? string.Empty, job.Configuration, job.Filtering, sources);
    }

    /// <summary>Makes the source of a connector as it is now, with the sync rules in force; the caller disposes it.</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="serviceType">Its source.</param>
    /// <param name="sources">Where sources come from.</param>
    /// <exception cref="ConnectorException">There is no such source, or what the user entered is wrong.</exception>
    public static IDataSource OpenSource(ConnectorRecord connector, string serviceType, SourceCheck sources)
    {
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(sources);
        return Open(serviceType, connector.Configuration, connector.ActiveFiltering, sources);
    }

    internal static void RequireRunnable(SyncJobRecord job)
    {
        if (job.Type is not (JobType.Full or JobType.Incremental))
        {
            var type = job.Document.Source.Text("job_type");
            throw new ConnectorException($"This version runs full and incremental syncs only, and the job's type is '{type}'. Start a full content sync instead.");
        }

        if (job.ServiceType is null)
        {
            throw new ConnectorException("service_type: not set. Set the connector's service type, then start a sync.");
        }

        RequireIndex(job.IndexName);
    }

    internal static void RequireIndex(string? indexName)
    {
        if (indexName is null)
        {
            throw new ConnectorException("index_name: no index is attached. Attach one to the connector, then start a sync.");
        }
    }

    /// <summary>The advanced rules of a job or connector, for its source.</summary>
    /// <exception cref="ConnectorException">They can't be applied.</exception>
    internal static JsonNode? AdvancedRules(JsonObject? filtering, SourceDescription source)
    {
        if (SyncRules.AdvancedOf(filtering) is not { } rules)
        {
            return null;
        }

        var problems = source.CheckAdvancedRules?.Invoke(rules) ?? [$"{source.Name} has no advanced sync rules here. Remove them to sync everything."];
        return problems.Count == 0
            ? rules
            : throw new ConnectorException(
                $"The connector's advanced sync rules can't be applied: {string.Join(' ', problems)} Nothing was synced, so that nothing that they leave out is indexed.");
    }

    private static IDataSource Open(string serviceType, JsonObject? configuration, JsonObject? filtering, SourceCheck sources) =>
        sources.Open(serviceType, configuration, AdvancedRules(filtering, sources.Describe(serviceType)));

    private static SyncRequest Request(
        string jobId,
        string connectorId,
        string serviceType,
        string indexName,
        PipelineSettings? pipeline,
        JsonObject? configuration,
        JsonObject? filtering,
        SourceDescription source)
    {
        var rules = SyncRules.Read(filtering);
        AdvancedRules(filtering, source);

        // A new password or key does not shape documents. Which of the other fields do, only the source knows: any of them may. Rules do not shape documents
        // either, but a source that reports no change must be read again when they change.
        var settings = SourceSettings.FromConfiguration(configuration, source.Fields);
        var fields = new JsonObject(source.Fields
            .Where(field => !field.Sensitive)
            .Select(field => KeyValuePair.Create(field.Name, (JsonNode?)settings.GetString(field.Name))));
        return new SyncRequest
        {
            JobId = jobId,
            ConnectorId = connectorId,
            ServiceType = serviceType,
            IndexName = indexName,
            Pipeline = pipeline,
            Rules = rules.Basic,
            UseExtractionService = settings.GetBoolean(CommonFields.UseExtractionService),
            Fingerprint = SyncFingerprint.Of([serviceType, fields, .. rules.Fingerprint()]),
        };
    }
}
