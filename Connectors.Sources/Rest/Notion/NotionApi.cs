using System.Net;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.Notion;

/// <summary>How Notion is asked.</summary>
internal static class NotionApi
{
    /// <summary>Three requests a second, on the average, are allowed to an integration.</summary>
    private static readonly TimeSpan Third = TimeSpan.FromSeconds(1) / 3;

    /// <summary>A client for an integration.</summary>
    public static RestClient CreateClient(NotionConfiguration configuration, SourceContext context)
    {
        var options = new RestClientOptions
        {
            Name = "Notion",
            Address = new Uri("https://api.notion.com"),
            AddressField = "notion_secret_key",
            HasFixedHost = true,
            Signer = RequestSigner.Bearer(configuration.Secret),
            SignInHint = "Check notion_secret_key: it is the secret of an internal integration.",
            PermissionHint = "Give the integration the capabilities to read content, user information and, for index_comments, comments.",
            Headers = [new("Notion-Version", "2022-06-28"), new("Accept", "application/json")],
            Spacing = Third,
            RequestsAtATime = configuration.RequestsAtATime,
            Explain = Explain,
        };
        return new RestClient(options, context, RestClient.CreateHttp(context, "notion_secret_key"));
    }

    /// <summary>A list that is asked for by GET.</summary>
    public static RestPaging List { get; } = Paging((request, cursor) => request.WithQuery("start_cursor", cursor));

    /// <summary>A list that is asked for by POST.</summary>
    public static RestPaging Query { get; } = Paging((request, cursor) => request.WithBody(["start_cursor"], cursor));

    /// <summary>The request for the users of the workspace.</summary>
    public static RestRequest Users { get; } = RestRequest.Get("/v1/users");

    /// <summary>The request for the rows of a database.</summary>
    /// <param name="database">Its id.</param>
    /// <param name="filter">Which rows; <see langword="null"/> for all.</param>
    public static RestRequest Rows(string database, JsonNode? filter = null) =>
        RestRequest.Post(
            $"/v1/databases/{Uri.EscapeDataString(database)}/query",
            filter is null ? new JsonObject() : new JsonObject { ["filter"] = filter }
        );

    private static RestPaging Paging(Func<RestRequest, string, RestRequest> put) =>
        RestPaging.Cursor("/results", "/next_cursor", put, "/has_more");

    /// <summary>A database of several sources can't be read in this version of the API, whoever asks.</summary>
    private static ConnectorException? Explain(RestResponse answer) =>
        answer.Status == HttpStatusCode.BadRequest
        && answer.TryJson()?.Text("additional_data", "error_type") == "multiple_data_sources_for_database"
            ? new ConnectorException(
                FailureKind.Fatal,
                $"Notion ({RestErrors.Name(answer.Address)}): the database has several data sources, which can't be read yet.",
                RestErrors.Cause(HttpStatusCode.Forbidden)
            )
            : null;
}
