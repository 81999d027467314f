using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>
/// The objects that a query finds, page by page: of one connection, or of several that are asked for together until all have ended.
/// </summary>
internal sealed class GraphQLStream(RestClient client, GraphQLConfiguration configuration) : RestStream("objects")
{
    private static readonly DocumentFields WithoutId = DocumentFields.All.With(DocumentField.LeftOut("id"));

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var cursors = cursor.Length == 0 ? new string?[configuration.Connections.Count] : JsonSerializer.Deserialize<string?[]>(cursor)!;
        var variables = configuration.Variables.DeepClone().AsObject();
        foreach (var (connection, after) in configuration.Connections.Zip(cursors).Where(pair => pair.Second is not null))
        {
            variables[connection.Variable] = after;
        }

        using var answer = await client.SendAsync(configuration.Request(configuration.Query.Text, variables), cancellationToken);
        if (answer.Json.Find("data") is not { ValueKind: JsonValueKind.Object } data)
        {
            throw new ConnectorException("The server answers without data, so it is no GraphQL server. Check http_endpoint.");
        }

        foreach (var objects in configuration.Objects)
        {
            foreach (var item in GraphQLPath.Objects(data, objects.Path))
            {
                Add(page, objects, item);
            }
        }

        var more = false;
        for (var index = 0; index < cursors.Length; index++)
        {
            var (name, path, _) = configuration.Connections[index];
            more |= Advance(ref cursors[index], name, data.Find(path));
        }

        return more ? JsonSerializer.Serialize(cursors) : null;
    }

    private static void Add(StreamPage page, GraphQLObjects objects, JsonElement item)
    {
        var id = item.RequiredText($"An object at {string.Join('.', objects.Path)}", objects.Id);
        page.Add(
            id,
            item,
            item.Text("id") == id ? WithoutId : DocumentFields.All,
            objects.Timestamp is { } timestamp ? RestTime.Of(item.Find(timestamp)) : null
        );
    }

    /// <summary>Moves the cursor of a connection to the end of the page that came. A connection that has ended keeps its cursor, and gives
    /// no more objects.</summary>
    /// <returns>Whether there is another page.</returns>
    private static bool Advance(ref string? cursor, string name, JsonElement? connection)
    {
        if (connection?.Find("pageInfo") is not { } info || info.Find("hasNextPage") is not { } more)
        {
            throw new ConnectorException($"pagination_key: there is no pageInfo with hasNextPage at {name} in the answer.");
        }

        var end = info.Text("endCursor");
        var goesOn = more.ValueKind == JsonValueKind.True;
        if (goesOn && end is null)
        {
            throw new ConnectorException($"pagination_key: the server says that {name} goes on, and not where (endCursor).");
        }

        cursor = end ?? cursor;
        return goesOn;
    }
}
