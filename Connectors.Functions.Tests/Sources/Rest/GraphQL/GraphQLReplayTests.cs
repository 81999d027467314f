using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.Replay;
using Xunit;

namespace Connectors.Tests.Sources.Rest.GraphQL;

public sealed class GraphQLReplayTests : ReplayTests
{
    private const string TwoConnections = """
        query both($a: String, $b: String) {
          team { people: users(first: 2, after: $a) { ...page } }
          groups(after: $b) { ... on Groups { nodes { key { id } changed } pageInfo { hasNextPage endCursor } } }
        }
        fragment page on Users { nodes { id } pageInfo { hasNextPage endCursor } }
        """;

    private static readonly Difference Timestamp = new(
        "The recorded time is that of the sync, so that everything is written each time: ours have none unless a field tells it.",
        (_, field, recorded, ours) => field == "_timestamp" && (string?)recorded == "2024-06-01T12:00:00+00:00" && ours is null
    );

    private static readonly Difference Id = new(
        "The id is that of the document, which the engine writes beside the source's fields.",
        (id, field, recorded, _) => field == "id" && (string?)recorded == id
    );

    private protected override ReplaySource Source => GraphQLReplay.Source;

    private protected override IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file) =>
        file == "first" ? [.. recording.Documents(file).TakeLast(3)] : recording.Documents(file);

    [Theory]
    [InlineData("first")]
    [InlineData("get-basic")]
    public Task DocumentsAreTheRecordedOnes(string run) => CompareDocumentsAsync(run, run, Timestamp, Id);

    [Fact]
    public async Task AMutationIsRefused()
    {
        await using var server = await StartAsync("mutation");
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith("graphql_query: it is a mutation, and only queries are sent.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Count);
    }

    [Fact]
    public async Task AnErrorOfTheServerIsToldAndNotTakenForAnEmptyList()
    {
        await using var server = await StartAsync("errors");
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Contains("Cannot query field \"broken\" on type \"Query\"", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
    }

    /// <remarks>relay.dev, GraphQL Cursor Connections: what is behind endCursor of a connection that has ended is empty.</remarks>
    [Theory]
    [InlineData("post")]
    [InlineData("get")]
    public async Task SeveralConnectionsArePagedTogetherUntilAllHaveEnded(string method)
    {
        await using var server = await StartAsync(request =>
        {
            var variables =
                request.Method == "GET"
                    ? JsonNode.Parse(request.Query.Single(pair => pair.Key == "variables").Value)!
                    : request.Body!["variables"]!;
            return (string?)variables["a"] switch
            {
                null => Both(
                    """{"id": 1}, null""",
                    "true",
                    "a1",
                    """{"key": {"id": "g1"}, "changed": "2024-05-01T00:00:00Z"}""",
                    "false",
                    "b1"
                ),
                "a1" when (string?)variables["b"] == "b1" => Both("""{"id": 2}""", "false", "a2", "", "false", null),
                _ => null,
            };
        });
        await using var source = Open(server, method);
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents();
        Assert.Equal(["1", "g1", "2"], documents.Select(document => document.Id));
        Assert.Equal(new DateTimeOffset(2024, 5, 1, 0, 0, 0, TimeSpan.Zero), documents[1].Timestamp);
        Assert.Null(documents[0].Timestamp);
    }

    [Theory]
    [InlineData("""{"groups": null, "team": null}""", "pagination_key: there is no pageInfo with hasNextPage at team.people")]
    [InlineData("""{"team": {"people": {"nodes": [{"name": "x"}]}}}""", "An object at team.people.nodes came without id, ")]
    [InlineData(
        """{"team": {"people": {"pageInfo": {"hasNextPage": true, "endCursor": null}}}}""",
        "pagination_key: the server says that team.people goes on, and not where"
    )]
    public async Task AnAnswerThatIsNotWholeIsNotTakenForTheEnd(string data, string sentence)
    {
        await using var server = await StartAsync(_ => GraphQLReplay.Data(data));
        await using var source = Open(server, "post");
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnswerThatIsTooLargeIsNotRead()
    {
        await using var server = await StartAsync(_ => GraphQLReplay.Data($"\"{new string('x', 1024 * 1024)}\""));
        await using var source = server.Open("max_response_mb", 1);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Contains("larger than 1 MiB", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "THROTTLED", FailureKind.Retry)]
    [InlineData(400, "GRAPHQL_VALIDATION_FAILED", FailureKind.Fatal)]
    public async Task AnErrorPassesOrNotByItsCode(int status, string code, FailureKind kind)
    {
        await using var server = await StartAsync(_ =>
            ReplayAnswer.Json(
                status,
                JsonNode.Parse($$"""{"errors": [{"message": "No such thing", "extensions": {"code": "{{code}}"} }]}""")
            )
        );
        await using var source = server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains("No such thing", failure.Message, StringComparison.Ordinal);
    }

    /// <remarks>The guard itself is tested with http_json: here, that it is asked.</remarks>
    [Fact]
    public async Task APrivateAddressIsRefusedUnlessItIsNamed()
    {
        await using var server = await StartAsync("first");
        var values = server.Values;
        values["http_endpoint"] = "http://127.0.0.1:9/graphql";
        await using var source = new Connectors.Sources.Rest.GraphQL.GraphQLDataSource(
            SomeSettings.Of(values, new Connectors.Sources.Rest.GraphQL.GraphQLDataSource(SourceContext.Empty).Description.Fields) with
            {
                TimeProvider = server.Time,
                Hosts = new HostBudgets(),
            }
        );
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith(
            "http_endpoint: 127.0.0.1 has a private, loopback or link-local address",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("http_endpoint", "example.org", "http_endpoint: not an address")]
    [InlineData("http_method", "put", "http_method: \"put\" is neither post nor get.")]
    [InlineData("token", "", "token: required")]
    [InlineData("graphql_query", "query {", "graphql_query: the text is no GraphQL query.")]
    [InlineData("graphql_variables", "[1]", "graphql_variables: not a JSON object.")]
    [InlineData("graphql_object_to_id_map", "{}", "graphql_object_to_id_map: names no objects.")]
    [InlineData(
        "graphql_object_to_id_map",
        """{"users.nodes": "key"}""",
        "graphql_object_to_id_map: the query does not ask for users.nodes.key."
    )]
    [InlineData("graphql_object_to_timestamp_map", """{"users": "nodes"}""", "graphql_object_to_timestamp_map: users is not in ")]
    [InlineData("headers", """{"Host": "se-cr-et"}""", "headers: number 1 can't be sent.")]
    [InlineData("headers", "se-cr-et", "headers: not a JSON object.")]
    [InlineData(
        "pagination_key",
        "users.nodes",
        "pagination_key: the query does not ask for hasNextPage and endCursor of users.nodes.pageInfo."
    )]
    [InlineData("max_response_mb", "0", "max_response_mb: 0 is out of range")]
    public async Task AWrongFieldIsNamed(string field, string value, string sentence)
    {
        await using var server = await StartAsync("first");
        await using var source = server.Open(field, value);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
    }

    private Task<ReplayServer> StartAsync(Func<ReplayRequest, ReplayAnswer?> answer) =>
        StartAsync("first", GraphQLReplay.With(answer));

    private static IDataSource Open(ReplayServer server, string method)
    {
        var values = server.Values;
        values["http_method"] = method;
        values["graphql_query"] = TwoConnections;
        values["graphql_object_to_id_map"] = """{"team.people.nodes": "id", "groups.nodes": "key.id"}""";
        values["graphql_object_to_timestamp_map"] = """{"groups.nodes": "changed"}""";
        values["pagination_key"] = "team.people, groups";
        return server.Open(
            SomeSettings.Of(values, new Connectors.Sources.Rest.GraphQL.GraphQLDataSource(SourceContext.Empty).Description.Fields)
        );
    }

    private static ReplayAnswer Both(string people, string more, string cursor, string groups, string moreGroups, string? groupCursor) =>
        GraphQLReplay.Data(
            $$"""
            {"team": {"people": {"nodes": [{{people}}], "pageInfo": {"hasNextPage": {{more}}, "endCursor": "{{cursor}}"} } },
             "groups": {"nodes": [{{groups}}], "pageInfo": {"hasNextPage": {{moreGroups}}, "endCursor": {{JsonValue.Create(
                groupCursor
            )?.ToJsonString()
                ?? "null"}} } } }
            """
        );
}
