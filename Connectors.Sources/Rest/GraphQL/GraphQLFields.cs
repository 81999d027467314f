using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>The fields of a <c>graphql</c> connector: the Python service's, and those that only this one has.</summary>
internal static class GraphQLFields
{
    public const string Endpoint = "http_endpoint";
    public const string Method = "http_method";
    public const string SignIn = "authentication_method";
    public const string Query = "graphql_query";
    public const string Variables = "graphql_variables";
    public const string Ids = "graphql_object_to_id_map";
    public const string Timestamps = "graphql_object_to_timestamp_map";
    public const string Headers = "headers";
    public const string Paging = "pagination_model";
    public const string PagingKey = "pagination_key";
    public const string Timeout = "connection_timeout";
    public const string MaxResponse = "max_response_mb";

    public static IReadOnlyList<ConfigField> All { get; } =
    [
        new(Endpoint, "GraphQL HTTP endpoint") { Tooltip = "Address that queries are sent to. Keys belong into token or headers." },
        Choice(Method, "HTTP method for GraphQL requests", "post", ("GET", "get"), ("POST", "post")),
        Choice(SignIn, "Authentication method", "none", ("No sign-in", "none"), ("Basic", "basic"), ("Bearer token", "bearer")),
        new("username", "Username") { DependsOn = [On(SignIn, "basic")] },
        new("password", "Password") { Sensitive = true, DependsOn = [On(SignIn, "basic")] },
        new("token", "Bearer token") { Sensitive = true, DependsOn = [On(SignIn, "bearer")] },
        new(Query, "GraphQL query")
        {
            Display = ConfigDisplay.TextArea,
            Tooltip =
                "One query. It asks for the ids of objects, and of a connection that is paged for pageInfo { hasNextPage endCursor }.",
        },
        Json(Variables, "GraphQL variables", false, "The query's variables as a JSON object: {\"first\": 100}."),
        Json(
            Ids,
            "GraphQL objects to id mapping",
            true,
            "Which objects become documents, and where the id of each is: {\"users.nodes\": \"id\"}."
        ),
        Json(
            Timestamps,
            "GraphQL objects to time mapping",
            false,
            "Where an object's time of last change is: {\"users.nodes\": \"updatedAt\"}. Set it only if every change moves it: an object "
                + "with the same time is not written again."
        ),
        new(Headers, "Headers")
        {
            Display = ConfigDisplay.TextArea,
            Required = false,
            Sensitive = true,
            Tooltip = "Headers to send, as a JSON object: {\"X-Api-Key\": \"abc\"}.",
        },
        Choice(
            Paging,
            "Pagination model",
            "no_pagination",
            ("No pagination", "no_pagination"),
            ("Cursor-based pagination", "cursor_pagination")
        ),
        new(PagingKey, "Pagination key")
        {
            DependsOn = [On(Paging, "cursor_pagination")],
            Tooltip = "Where the connection is that is paged: users. Several, divided by commas, are paged together.",
        },
        RestFields.Count(Timeout, "Connection timeout", 300, "Seconds for one request."),
        RestFields.Count(MaxResponse, "Largest answer", 64, "MiB, after decompression."),
        RestFields.Retries,
        RestFields.AllowedHosts,
    ];

    private static ConfigDependency On(string field, string value) => new(field, JsonValue.Create(value));

    private static ConfigField Choice(string name, string label, string usual, params (string Label, string Value)[] options) =>
        new(name, label)
        {
            Display = ConfigDisplay.DropDown,
            DefaultValue = usual,
            Options = [.. options.Select(option => new ConfigOption(option.Label, option.Value))],
        };

    private static ConfigField Json(string name, string label, bool isRequired, string tooltip) =>
        new(name, label)
        {
            Display = ConfigDisplay.TextArea,
            Required = isRequired,
            Tooltip = tooltip,
        };
}
