using System.Text.Json.Nodes;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Elasticsearch.Calls;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>An open point in time: every search over it sees the index as it was when it was opened. Closed on disposal, whatever
/// happened.</summary>
internal sealed class PointInTime : IAsyncDisposable
{
    /// <summary>How long it lives after each search; a search renews it.</summary>
    public const string KeepAlive = "5m";

    private readonly ElasticsearchCalls _calls;
    private readonly ILogger _logger;
    private readonly string _index;

    private PointInTime(ElasticsearchCalls calls, ILogger logger, string index, string id) =>
        (_calls, _logger, _index, Id) = (calls, logger, index, id);

    /// <summary>Its id as of the last search: an answer may bring a new one.</summary>
    public string Id { get; set; }

    /// <summary>Opens one; <see langword="null"/> when there is no such index.</summary>
    public static async Task<PointInTime?> OpenAsync(
        ElasticsearchCalls calls,
        ILogger logger,
        string index,
        CancellationToken cancellationToken
    )
    {
        using var response = await calls.SendAsync(
            ElasticsearchRequest.Post($"{ElasticsearchRequest.Escape(index)}/_pit?keep_alive={KeepAlive}", null, 404),
            cancellationToken
        );
        response.RequireMissing();
        return response.Status == 404 ? null : new PointInTime(calls, logger, index, response.Text(response.Json(), "id"));
    }

    public async ValueTask DisposeAsync()
    {
        // Not with the caller's token: a cancelled read must close too. One try; what stays open ends by itself.
        using var response = await _calls.SendOnceAsync(
            ElasticsearchRequest.Delete("_pit", new JsonObject { ["id"] = Id }),
            CancellationToken.None
        );
        if (!response.IsSuccess && response.Status != 404)
        {
            ElasticsearchLog.PointInTimeLeft(_logger, _index, response.Failure?.Message ?? $"status {response.Status}");
        }
    }
}
