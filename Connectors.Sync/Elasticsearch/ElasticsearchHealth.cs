using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Elasticsearch.Indices;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using static Connectors.Sync.Elasticsearch.Calls.ElasticsearchRequest;

namespace Connectors.Sync.Elasticsearch;

/// <summary>Diagnostic questions about a cluster, for <c>doctor</c> and <c>init</c>. Nothing is written. Safe for concurrent use.</summary>
internal sealed class ElasticsearchHealth
{
    private readonly ElasticsearchCalls _calls;
    private readonly TimeProvider _time;

    internal ElasticsearchHealth(ElasticsearchCalls calls, TimeProvider time) => (_calls, _time) = (calls, time);

    /// <summary>Whether an index, or an alias, of that name exists.</summary>
    /// <exception cref="ConnectorException">The check failed.</exception>
    public async Task<bool> IndexExistsAsync(string index, CancellationToken cancellationToken)
    {
        using var response = await _calls.SendAsync(Head(Escape(index), 404), cancellationToken);
        return response.IsSuccess;
    }

    /// <summary>Why an index can't be a connector's, by its name or by what the name leads to, in a sentence; <see langword="null"/> when
    /// it can, does not exist yet, or may not be seen with these credentials: then the sync finds it out.</summary>
    /// <exception cref="ConnectorException">The check failed.</exception>
    public async Task<string?> ContentIndexProblemAsync(string index, CancellationToken cancellationToken)
    {
        if (ContentIndexName.Problem(index) is { } problem)
        {
            return problem;
        }

        using var response = await _calls.SendAsync(Get($"{Escape(index)}?flat_settings=true", 403, 404), cancellationToken);
        return response.IsSuccess ? IndexInfo.Problem(index, response.Json(), _calls.Failures.Host)?.Message : null;
    }

    /// <summary>Whether an ingest pipeline exists; <see langword="null"/> when the credentials may not see pipelines, which a sync need
    /// not.</summary>
    /// <exception cref="ConnectorException">The check failed.</exception>
    public async Task<bool?> PipelineExistsAsync(string pipeline, CancellationToken cancellationToken)
    {
        using var response = await _calls.SendAsync(Get($"_ingest/pipeline/{Escape(pipeline)}", 403, 404), cancellationToken);
        return response.Status == 403 ? null : response.IsSuccess;
    }

    /// <summary>How far this machine's clock is ahead of the server's; to the second, for a header says no more. <see langword="null"/>
    /// when the server does not tell its time.</summary>
    /// <exception cref="ConnectorException">Elasticsearch does not answer.</exception>
    public async Task<TimeSpan?> ClockSkewAsync(CancellationToken cancellationToken)
    {
        using var response = await _calls.SendAsync(Get(string.Empty, 403), cancellationToken);
        return _time.GetUtcNow() - response.Date;
    }

    /// <summary>The privileges that the credentials lack for serving connectors.</summary>
    /// <param name="contentIndices">The indices that syncs fill.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Privileges that are missing, as <c>write on search-orders</c>; <see langword="null"/> when the cluster has no security that
    /// could be asked.</returns>
    /// <exception cref="ConnectorException">The check failed.</exception>
    public async Task<IReadOnlyList<string>?> MissingPrivilegesAsync(
        IReadOnlyCollection<string> contentIndices,
        CancellationToken cancellationToken
    )
    {
        var indices = new JsonArray(Wanted([ProtocolIndices.Connectors, ProtocolIndices.SyncJobs], RequiredPrivileges.ProtocolIndices));
        if (contentIndices.Count > 0)
        {
            indices.Add(Wanted(contentIndices, RequiredPrivileges.ContentIndices));
        }

        // Without security there is no such call (400, 405), or it is switched off (404, 501).
        using var response = await _calls.SendAsync(
            Post("_security/user/_has_privileges", new JsonObject { ["index"] = indices }, 400, 404, 405, 501),
            cancellationToken
        );
        if (!response.IsSuccess)
        {
            return null;
        }

        return
        [
            .. response
                .Object(response.Json(), "index")
                .SelectMany(index =>
                    (index.Value as JsonObject ?? [])
                        .Where(privilege => privilege.Value?.GetValueKind() == System.Text.Json.JsonValueKind.False)
                        .Select(privilege => $"{privilege.Key} on {index.Key}")
                )
                .Order(StringComparer.Ordinal),
        ];
    }

    private static JsonObject Wanted(IEnumerable<string> names, IReadOnlyList<string> privileges) =>
        new()
        {
            ["names"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]),
            ["privileges"] = new JsonArray([.. privileges.Select(name => JsonValue.Create(name))]),
            ["allow_restricted_indices"] = false,
        };
}
