using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Filtering;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Sources;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Converts a job's document to an engine request; every reason not to run a job is found here.</summary>
internal static class JobSetup
{
    /// <summary>The engine request for a job.</summary>
    /// <param name="job">The job: everything is taken from the copy of the connector that it holds.</param>
    /// <param name="source">The fields of its source.</param>
    /// <exception cref="ConnectorException">The job can't be run; the message is for its <c>error</c>.</exception>
    public static SyncRequest Request(SyncJobRecord job, SourceDescription source)
    {
        ArgumentNullException.ThrowIfNull(job);
        RequireRunnable(job);
        if (job.IsAccessControl)
        {
            return IdentityRequest(job.Id, job.ConnectorId, job.IndexName!, job.Configuration, source) with
            {
                AllowMassDelete = job.Options.AllowMassDelete,
                Reindex = job.Options.Reindex,
            };
        }

        return Request(
            job.Id,
            job.ConnectorId,
            job.ServiceType!,
            job.IndexName!,
            job.Pipeline,
            job.Configuration,
            job.Filtering,
            source
        ) with
        {
            Kind = job.Options.Kind,
            Cursor = job.Cursor?.DeepClone().AsObject(),
            AllowMassDelete = job.Options.AllowMassDelete,
            Reindex = job.Options.Reindex,
        };
    }

    /// <summary>The engine request for a dry run of a connector with its current settings.</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="source">What its source is.</param>
    /// <param name="isAccessControl">Whether its identities are meant, and not its documents.</param>
    /// <exception cref="ConnectorException">The connector can't be synced.</exception>
    public static SyncRequest DryRun(ConnectorRecord connector, SourceDescription source, bool isAccessControl = false)
    {
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(source);
        RequireContentIndex(connector.IndexName);
        var id = $"dry-run-{connector.Id}";
        var request = isAccessControl
            ? IdentityRequest(id, connector.Id, ProtocolIndices.AccessControlOf(connector.IndexName!), connector.Configuration, source)
            : Request(
                id,
                connector.Id,
                source.ServiceType,
                connector.IndexName!,
                connector.Pipeline,
                connector.Configuration,
                connector.ActiveFiltering,
                source
            );
        return request with { DryRun = true, NameFields = isAccessControl ? [] : source.NameFields };
    }

    /// <summary>The engine request for a preview of a connector with its current settings. It needs no index.</summary>
    /// <exception cref="ConnectorException">The connector's rules can't be applied.</exception>
    internal static SyncRequest Preview(ConnectorRecord connector, SourceDescription source) =>
        Request(
            $"preview-{connector.Id}",
            connector.Id,
            source.ServiceType,
            connector.IndexName ?? string.Empty,
            connector.Pipeline,
            connector.Configuration,
            connector.ActiveFiltering,
            source
        );

    /// <summary>Makes the source of a job, with the sync rules that it holds; the caller disposes it.</summary>
    /// <exception cref="ConnectorException">There is no such source, or what the user entered is wrong.</exception>
    public static IDataSource OpenSource(SyncJobRecord job, SourceCheck sources)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(sources);
        return Open(job.ConnectorId, job.ServiceType ?? string.Empty, job.Configuration, job.Filtering, sources, job.IsAccessControl);
    }

    /// <summary>Makes the source of a connector as it is now, with the sync rules in force; the caller disposes it.</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="serviceType">Its source.</param>
    /// <param name="sources">Where sources come from.</param>
    /// <param name="isAccessControl">Whether its identities are meant, and not its documents.</param>
    /// <exception cref="ConnectorException">There is no such source, or what the user entered is wrong.</exception>
    public static IDataSource OpenSource(ConnectorRecord connector, string serviceType, SourceCheck sources, bool isAccessControl = false)
    {
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(sources);
        return Open(connector.Id, serviceType, connector.Configuration, connector.ActiveFiltering, sources, isAccessControl);
    }

    /// <summary>Whether the documents of a source are files, whose text comes after the rules.</summary>
    internal static bool HasContent(SourceDescription source) =>
        source.Fields.Any(field => field.Name == CommonFields.UseExtractionService);

    internal static void RequireRunnable(SyncJobRecord job)
    {
        if (job.Type is null)
        {
            var type = job.Document.Source.Text("job_type");
            throw new ConnectorException(
                $"This version runs full, incremental and access control syncs, and the job's type is '{type}'. Start a full content "
                    + "sync instead."
            );
        }

        if (job.ServiceType is null)
        {
            throw new ConnectorException("service_type: not set. Set the connector's service type, then start a sync.");
        }

        if (job.IsAccessControl)
        {
            Require(job.IndexName, ContentIndexName.ProblemOfTarget);
        }
        else
        {
            RequireContentIndex(job.IndexName);
        }
    }

    /// <summary>An index is attached, and its name is one of content: not of identities, of the protocol, or of Elasticsearch. What the
    /// name leads to is seen when it is asked for.</summary>
    internal static void RequireContentIndex(string? indexName) => Require(indexName, ContentIndexName.Problem);

    private static void Require(string? indexName, Func<string, string?> problemOf)
    {
        if (indexName is null)
        {
            throw new ConnectorException("index_name: no index is attached. Attach one to the connector, then start a sync.");
        }

        if (problemOf(indexName) is { } problem)
        {
            throw new ConnectorException($"index_name: {problem} Attach another index to the connector.");
        }
    }

    /// <summary>The sync rules of a job or connector.</summary>
    /// <exception cref="ConnectorException">They can't be applied.</exception>
    internal static SyncRules Rules(JsonObject? filtering, SourceDescription source)
    {
        var rules = SyncRules.Read(filtering);
        if (HasContent(source))
        {
            rules.RequireNoContent();
        }

        AdvancedRules(filtering, source);
        return rules;
    }

    /// <summary>The advanced rules of a job or connector, for its source.</summary>
    /// <exception cref="ConnectorException">They can't be applied.</exception>
    internal static JsonNode? AdvancedRules(JsonObject? filtering, SourceDescription source)
    {
        if (SyncRules.AdvancedOf(filtering) is not { } rules)
        {
            return null;
        }

        var problems = source.CheckAdvancedRules?.Invoke(rules)
            ?? [$"{source.Name} has no advanced sync rules here. Remove them to sync everything."];
        return problems.Count == 0
            ? rules
            : throw new ConnectorException(
                $"The connector's advanced sync rules can't be applied: {string.Join(' ', problems)} Nothing was synced, so that nothing "
                    + "that they leave out is indexed."
            );
    }

    private static IDataSource Open(
        string connectorId,
        string serviceType,
        JsonObject? configuration,
        JsonObject? filtering,
        SourceCheck sources,
        bool isAccessControl
    ) =>
        isAccessControl
            ? new IdentitySource(sources.Open(connectorId, serviceType, configuration))
            : sources.Open(connectorId, serviceType, configuration, AdvancedRules(filtering, sources.Describe(serviceType)));

    /// <summary>Identities are documents of an index of their own, without pipeline and rules.</summary>
    private static SyncRequest IdentityRequest(
        string jobId,
        string connectorId,
        string indexName,
        JsonObject? configuration,
        SourceDescription source
    )
    {
        AccessControlCheck.Require(configuration, source);
        return new SyncRequest
        {
            JobId = jobId,
            ConnectorId = connectorId,
            ServiceType = source.ServiceType,
            IndexName = indexName,
            Fingerprint = SyncFingerprint.Of("access_control", source.ServiceType, IdentitySource.Query),
        };
    }

    private static SyncRequest Request(
        string jobId,
        string connectorId,
        string serviceType,
        string indexName,
        PipelineSettings? pipeline,
        JsonObject? configuration,
        JsonObject? filtering,
        SourceDescription source
    )
    {
        var rules = Rules(filtering, source);

        // A new password or key does not shape documents. Which of the other fields do, only the source knows: any of them may. Rules do
        // not shape documents either, but a source that reports no change must be read again when they change.
        var settings = SourceSettings.FromConfiguration(configuration, source.Fields);
        var fields = new JsonObject(
            source
                .Fields.Where(field => !field.Sensitive && field.ShapesDocuments)
                .Select(field => KeyValuePair.Create(field.Name, (JsonNode?)settings.GetString(field.Name)))
        );
        return new SyncRequest
        {
            JobId = jobId,
            ConnectorId = connectorId,
            ServiceType = serviceType,
            IndexName = indexName,
            Pipeline = pipeline,
            Rules = rules.Basic,
            HasAccessControl = AccessControl.IsOn(source, settings),
            UseExtractionService = HasContent(source) && settings.GetBoolean(CommonFields.UseExtractionService),
            Fingerprint = SyncFingerprint.Of([serviceType, fields, .. rules.Fingerprint()]),
        };
    }
}
