using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Sync.Elasticsearch.Indices;

/// <summary>The result of <c>GET /index</c>.</summary>
/// <param name="Uuid">Another one means that the index was deleted and recreated.</param>
/// <param name="MaxResultWindow">Most documents a search may return.</param>
/// <param name="Mappings">Its mapping.</param>
internal sealed record IndexInfo(string Uuid, int MaxResultWindow, JsonObject Mappings)
{
    /// <summary>Most documents a search may return, unless the index says otherwise.</summary>
    public const int DefaultMaxResultWindow = 10_000;

    /// <summary>Its settings, flat.</summary>
    public JsonObject Settings { get; init; } = [];

    /// <summary>Reads them; <see langword="null"/> when there is no such index.</summary>
    /// <exception cref="ConnectorException">It can't be read, or no connector may fill it.</exception>
    public static async Task<IndexInfo?> ReadAsync(ElasticsearchCalls calls, string index, CancellationToken cancellationToken)
    {
        if (ContentIndexName.ProblemOfTarget(index) is { } impossible)
        {
            throw new ConnectorException(impossible);
        }

        using var response = await calls.SendAsync(
            ElasticsearchRequest.Get($"{ElasticsearchRequest.Escape(index)}?flat_settings=true", 404),
            cancellationToken
        );
        if (response.Status == 404)
        {
            response.RequireMissing();
            return null;
        }

        var indices = response.Json();
        if (indices.Count == 0)
        {
            throw response.NotUnderstood("it tells of no index");
        }

        if (Problem(index, indices, calls.Failures.Host) is { } problem)
        {
            throw problem;
        }

        // An answer without them is none: a mapping without the mark would pass for an index that others filled, and be written so.
        var info = indices.First().Value as JsonObject;
        var (settings, mappings) = (response.Object(info, "settings"), response.Object(info, "mappings"));
        response.Object(info, "aliases");
        foreach (var name in (string[])["_meta", "properties"])
        {
            if (mappings.ContainsKey(name))
            {
                response.Object(mappings, name);
            }
        }

        var window = int.TryParse(settings["index.max_result_window"]?.ToString(), out var set) && set > 0 ? set : DefaultMaxResultWindow;
        return new IndexInfo(response.Text(settings, "index.uuid"), window, mappings) { Settings = settings };
    }

    /// <summary>Why no connector may fill what an answer to <c>GET /index</c> tells of; <see langword="null"/> when one may.</summary>
    /// <param name="index">The name that was asked for.</param>
    /// <param name="indices">The answer.</param>
    /// <param name="host">Who answered.</param>
    public static ConnectorException? Problem(string index, JsonObject indices, string host)
    {
        if (indices.Count != 1)
        {
            return new ConnectorException(
                $"'{index}' stands for {indices.Count} indices at Elasticsearch {host}. A sync fills exactly one: name that."
            );
        }

        var (name, found) = indices.First();
        var info = found as JsonObject;
        var aliases = info?["aliases"] as JsonObject ?? [];
        if (info?["data_stream"] is not null)
        {
            return new ConnectorException(
                $"'{index}' is a data stream at Elasticsearch {host}: what is in one can't be changed or deleted. Attach an index to the "
                    + "connector."
            );
        }

        if (name != index && !aliases.ContainsKey(index))
        {
            return new ConnectorException($"'{index}' is a pattern and not the name of an index. Attach an index to the connector.");
        }

        // A sync deletes what its source does not list: from an index of Elasticsearch or of the protocol that would be everything.
        var isHidden = (info?["settings"] as JsonObject)?["index.hidden"]?.ToString() == "true";
        var isIdentities =
            index.StartsWith(ProtocolIndices.AccessControlPrefix, StringComparison.Ordinal)
            && name.StartsWith(ProtocolIndices.AccessControlPrefix, StringComparison.Ordinal);
        return !isIdentities && (isHidden || name.StartsWith('.') || aliases.Any(alias => alias.Key.StartsWith('.')))
            ? new ConnectorException(
                $"'{index}' leads to '{name}' at Elasticsearch {host}, an index of Elasticsearch's own or a hidden one. Attach another "
                    + "index to the connector."
            )
            : null;
    }
}
