using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol.Filtering;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Protocol.Schedules;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>
/// The connectors in Elasticsearch, in the protocol's words. Every change is made on the document as it is at that moment, writes only the
/// fields it is about, and does nothing when they say so already: all of it may be called twice, and by several services at once. Safe for
/// concurrent use.
/// </summary>
/// <param name="store">The documents.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class ConnectorIndex(IDocumentStore store, TimeProvider timeProvider)
{
    // Elasticsearch's own calls, used where they are as safe as a conditional write.
    private readonly IConnectorApi? _api = store.ConnectorApi;

    /// <summary>A connector as it is now, or <see langword="null"/> when there is none of that id (any more).</summary>
    public async Task<ConnectorRecord?> FindAsync(string id, CancellationToken cancellationToken) =>
        await store.GetAsync(ProtocolIndices.Connectors, id, cancellationToken) is { } document
        && new ConnectorRecord(document) is { IsDeleted: false } connector
            ? connector
            : null;

    /// <summary>All connectors.</summary>
    public async IAsyncEnumerable<ConnectorRecord> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var document in store.SearchAsync(ProtocolIndices.Connectors, query: null, sort: null, cancellationToken))
        {
            // Deleted ones are left out here and not by the query: what is not mapped on an older cluster can't be searched for.
            if (new ConnectorRecord(document) is { IsDeleted: false } connector)
            {
                yield return connector;
            }
        }
    }

    /// <summary>Connectors whose documents say that they were deleted.</summary>
    internal IAsyncEnumerable<ConnectorRecord> ListDeletedAsync(CancellationToken cancellationToken) =>
        store
            .SearchAsync(ProtocolIndices.Connectors, query: null, sort: null, cancellationToken)
            .Select(document => new ConnectorRecord(document))
            .Where(connector => connector.IsDeleted);

    /// <summary>Those of the connectors with these ids that exist, by id, as of the last refresh.</summary>
    internal async Task<IReadOnlyDictionary<string, ConnectorRecord>> FindAsync(
        IReadOnlyCollection<string> ids,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<string, ConnectorRecord>(StringComparer.Ordinal);
        if (ids.Count > 0)
        {
            var query = new JsonObject
            {
                ["ids"] = new JsonObject { ["values"] = new JsonArray([.. ids.Select(id => JsonValue.Create(id))]) },
            };
            await foreach (var document in store.SearchAsync(ProtocolIndices.Connectors, query, sort: null, cancellationToken))
            {
                if (new ConnectorRecord(document) is { IsDeleted: false } connector)
                {
                    found[connector.Id] = connector;
                }
            }
        }

        return found;
    }

    /// <summary>Makes a connector.</summary>
    /// <exception cref="ConnectorException">Its id or index belongs to another one, or its index can't be one of content, or its schedule
    /// is no cron expression or is over.</exception>
    public async Task<ConnectorRecord> CreateAsync(NewConnector connector, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connector);
        if (connector.Schedule is not null)
        {
            CronSchedule.ParseComing(connector.Schedule, timeProvider.GetUtcNow());
        }

        if (ContentIndexName.Problem(connector.IndexName) is { } problem)
        {
            throw new ConnectorException(problem);
        }

        await foreach (var other in ListAsync(cancellationToken))
        {
            if (other.IndexName == connector.IndexName && other.Id != connector.Id)
            {
                throw new ConnectorException(
                    $"Index '{connector.IndexName}' belongs to connector '{other.Id}' ({other.Name ?? "without a name"}). Choose another "
                        + "index."
                );
            }
        }

        if (connector.Id is null && await CreateByApiAsync(connector, cancellationToken) is { } made)
        {
            return made;
        }

        var document = await store.CreateAsync(
            ProtocolIndices.Connectors,
            connector.Id,
            connector.Render(timeProvider.GetUtcNow()),
            cancellationToken
        );
        return document is null ? throw await TakenAsync(connector.Id!, cancellationToken) : new ConnectorRecord(document);
    }

    private async Task<ConnectorException> TakenAsync(string id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) is null
            ? new ConnectorException($"A connector with id '{id}' was deleted, and its id stays taken. Choose another id.")
            : new ConnectorException($"There is a connector with id '{id}' already. Choose another id.");

    /// <summary>Records that a service maintains the connector, unless that was recorded less than <paramref name="heartbeat"/>
    /// ago.</summary>
    public async Task CheckInAsync(string id, TimeSpan heartbeat, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is { } connector)
        {
            await CheckInAsync(connector, heartbeat, cancellationToken);
        }
    }

    /// <summary>The same, for a connector as it was found: nothing is sent before the heartbeat is due.</summary>
    internal async Task CheckInAsync(ConnectorRecord seen, TimeSpan heartbeat, CancellationToken cancellationToken)
    {
        if (IsFresh(seen) || (_api is not null && await _api.CheckInAsync(seen.Id, cancellationToken) != ConnectorApiResult.Unavailable))
        {
            return;
        }

        await ChangeAsync(
            seen.Id,
            seen,
            connector => IsFresh(connector) ? null : new JsonObject { ["last_seen"] = ProtocolTime.Format(timeProvider.GetUtcNow()) },
            cancellationToken
        );

        bool IsFresh(ConnectorRecord connector) => connector.LastSeen is { } at && timeProvider.GetUtcNow() - at < heartbeat;
    }

    /// <summary>
    /// Prepares the connector for configuration: writes the default configuration for a new one, adds missing fields, announces the
    /// service's features. The user's values are never changed.
    /// </summary>
    /// <param name="id">The connector.</param>
    /// <param name="serviceType">Its source, written when it does not say one.</param>
    /// <param name="preparation">What its source wants of it, and what the service can do for it.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The connector as it is now; <see langword="null"/> when it is gone.</returns>
    public Task<ConnectorRecord?> PrepareAsync(
        string id,
        string serviceType,
        ConnectorPreparation preparation,
        CancellationToken cancellationToken
    ) => PrepareAsync(id, seen: null, serviceType, preparation, cancellationToken);

    /// <summary>The same, for a connector as it was found: nothing is sent when it lacks nothing.</summary>
    internal Task<ConnectorRecord?> PrepareAsync(
        ConnectorRecord seen,
        string serviceType,
        ConnectorPreparation preparation,
        CancellationToken cancellationToken
    ) => PrepareAsync(seen.Id, seen, serviceType, preparation, cancellationToken);

    /// <summary>The source answered.</summary>
    public Task MarkConnectedAsync(string id, CancellationToken cancellationToken) => MarkConnectedAsync(id, seen: null, cancellationToken);

    /// <summary>The same, for a connector as it was found: nothing is sent when it says so already.</summary>
    internal Task MarkConnectedAsync(string id, ConnectorRecord? seen, CancellationToken cancellationToken) =>
        ChangeAsync(id, seen, ConnectorWrites.Connected, cancellationToken);

    /// <summary>Records a problem that the user has to know.</summary>
    /// <param name="id">The connector.</param>
    /// <param name="message">What, and what to do; without secrets.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Task MarkErrorAsync(string id, string message, CancellationToken cancellationToken) =>
        MarkErrorAsync(id, seen: null, message, cancellationToken);

    /// <summary>The same, for a connector as it was found: nothing is sent when it says so already.</summary>
    internal Task MarkErrorAsync(string id, ConnectorRecord? seen, string message, CancellationToken cancellationToken)
    {
        var error = ErrorText.Cut(message);
        return ChangeAsync(id, seen, connector => ConnectorWrites.Failed(connector, error), cancellationToken);
    }

    /// <summary>Checks sync rules that were drafted since the last time, and puts them in force when they are right. One conditional write,
    /// so that no draft is put in force that was not checked.</summary>
    /// <param name="seen">The connector as it was found: nothing is sent when nothing was drafted.</param>
    /// <param name="check">Checks the draft.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Whether there was a draft to check.</returns>
    internal async Task<bool> ValidateRulesAsync(ConnectorRecord seen, DraftValidator check, CancellationToken cancellationToken) =>
        await ChangeAsync(seen.Id, seen, connector => FilteringDraft.Decide(connector, check), cancellationToken) is { Written: true };

    /// <summary>A job was made for a schedule's time: the next is due after it. Never goes back.</summary>
    public Task MarkScheduledAsync(string id, JobType type, DateTimeOffset scheduledAt, CancellationToken cancellationToken) =>
        ChangeAsync(id, connector => ConnectorWrites.Scheduled(connector, type, scheduledAt), cancellationToken);

    /// <summary>The same, for the schedule of syncs that only delete.</summary>
    internal Task MarkDeletesOnlyScheduledAsync(string id, DateTimeOffset scheduledAt, CancellationToken cancellationToken) =>
        ChangeAsync(id, connector => ConnectorWrites.DeletesOnlyScheduled(connector, scheduledAt), cancellationToken);

    /// <summary>A job was made for <c>sync_now</c>.</summary>
    public Task ClearSyncNowAsync(string id, CancellationToken cancellationToken) =>
        ChangeAsync(id, ConnectorWrites.SyncNowCleared, cancellationToken);

    /// <summary>A job of the connector was taken.</summary>
    internal Task MarkSyncStartedAsync(SyncJobRecord job, CancellationToken cancellationToken) =>
        ChangeAsync(job.ConnectorId, _ => LastSyncWrites.Started(job), cancellationToken);

    /// <summary>A job of the connector ended or was suspended, as its document says. A content sync and an access control sync run side by
    /// side: what is told of the one does not depend on when the other ended.</summary>
    /// <param name="id">The connector.</param>
    /// <param name="look">Looks at the jobs as they are. Called after the connector was read, and again when it was changed meanwhile: what
    /// somebody else told since of a later run is not overwritten. <see langword="null"/> when there is nothing to tell.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    internal Task MarkSyncEndedAsync(string id, Func<ValueTask<SyncEnding?>> look, CancellationToken cancellationToken) =>
        store.ChangeAsync(
            ProtocolIndices.Connectors,
            id,
            seen: null,
            async document =>
                new ConnectorRecord(document) is { IsDeleted: false } connector && await look() is var (job, isNewest, isCursorNewest)
                    ? LastSyncWrites.Ended(
                        connector,
                        job,
                        job.CompletedAt ?? job.LastSeen ?? timeProvider.GetUtcNow(),
                        isNewest,
                        isCursorNewest
                    )
                    : null,
            cancellationToken
        );

    private async Task<ConnectorRecord?> CreateByApiAsync(NewConnector connector, CancellationToken cancellationToken)
    {
        if (_api is null)
        {
            return null;
        }

        // A new id: a connector of a known one would be replaced.
        var id = NewId.Next();
        if (await _api.CreateAsync(id, connector.RenderForApi(), cancellationToken) != ConnectorApiResult.Done)
        {
            return null;
        }

        await ChangeAsync(id, seen: null, _ => connector.RenderRest(), cancellationToken);
        return await FindAsync(id, cancellationToken);
    }

    private async Task<ConnectorRecord?> PrepareAsync(
        string id,
        ConnectorRecord? seen,
        string serviceType,
        ConnectorPreparation preparation,
        CancellationToken cancellationToken
    )
    {
        var changed = await ChangeAsync(id, seen, connector => preparation.Of(connector, serviceType), cancellationToken);
        return changed switch
        {
            null => null,
            (var connector, false) => connector,
            _ => await FindAsync(id, cancellationToken),
        };
    }

    private Task<(ConnectorRecord Read, bool Written)?> ChangeAsync(
        string id,
        Func<ConnectorRecord, JsonObject?> decide,
        CancellationToken cancellationToken
    ) => ChangeAsync(id, seen: null, decide, cancellationToken);

    private async Task<(ConnectorRecord Read, bool Written)?> ChangeAsync(
        string id,
        ConnectorRecord? seen,
        Func<ConnectorRecord, JsonObject?> decide,
        CancellationToken cancellationToken
    )
    {
        var changed = await store.ChangeAsync(
            ProtocolIndices.Connectors,
            id,
            seen?.Document,
            document => new ConnectorRecord(document) is { IsDeleted: false } connector ? decide(connector) : null,
            cancellationToken
        );
        return changed is { } change && new ConnectorRecord(change.Read) is { IsDeleted: false } read ? (read, change.Written) : null;
    }
}
