using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Microsoft;

/// <summary>How recordings of sources on Microsoft Graph are replayed: with the real hosts, batches taken apart, tokens for all.</summary>
internal static class MicrosoftReplay
{
    /// <summary>The replay of a source.</summary>
    /// <param name="name">The folder of its recording.</param>
    /// <param name="create">Makes it.</param>
    /// <param name="hosts">The real host of each host of the recording.</param>
    /// <param name="answer">Answers before the recording.</param>
    public static ReplaySource Source(
        string name,
        Func<SourceContext, IDataSource> create,
        IReadOnlyDictionary<string, string> hosts,
        Func<ReplayRequest, Func<ReplayRequest, ReplayAnswer?>, ReplayAnswer?> answer
    ) =>
        new(name, create)
        {
            Answer = (request, find) => Token(request) ?? Batch(request, sub => answer(sub, find) ?? find(sub)) ?? answer(request, find),
            Normalize = Normalize,
            // The library for tokens remembers failures of an application, for all tests of the process.
            Fresh = () => new Dictionary<string, string>(StringComparer.Ordinal) { ["client_id"] = Guid.NewGuid().ToString() },
            Parts = (request, response) => Parts(Real(request, hosts), Real(response, hosts)),
        };

    /// <summary>JSON with the real hosts.</summary>
    public static JsonObject Real(JsonObject json, IReadOnlyDictionary<string, string> hosts) =>
        JsonNode
            .Parse(hosts.Aggregate(json.ToJsonString(), (text, host) => text.Replace(host.Key, host.Value, StringComparison.Ordinal)))!
            .AsObject();

    /// <summary>Bytes of a file.</summary>
    public static ReplayAnswer Bytes(byte[] bytes) =>
        new(200, new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = "application/octet-stream" }, bytes);

    /// <summary>A list, with its next page or without.</summary>
    public static ReplayAnswer List(string? next, params JsonNode?[] items)
    {
        var list = new JsonObject { ["value"] = new JsonArray([.. items.Select(item => item?.DeepClone())]) };
        if (next is not null)
        {
            list["@odata.nextLink"] = next;
        }

        return ReplayAnswer.Json(list);
    }

    /// <summary>An error as Graph words it.</summary>
    public static ReplayAnswer Error(int status, string code, params (string Name, string Value)[] headers) =>
        ReplayAnswer.Json(
            status,
            new JsonObject
            {
                ["error"] = new JsonObject { ["code"] = code, ["message"] = "no" },
            },
            headers
        );

    /// <summary>Recorded documents with the real hosts.</summary>
    public static IReadOnlyList<JsonObject> Documents(Recording recording, string file, IReadOnlyDictionary<string, string> hosts) =>
        [.. recording.Documents(file).Select(document => Real(document, hosts))];

    /// <summary>The library asks for tokens in its own words (learn.microsoft.com, OAuth 2.0 client credentials flow).</summary>
    private static ReplayAnswer? Token(ReplayRequest request) =>
        request.Url.Host == "login.microsoftonline.com" && request.Url.AbsolutePath.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal)
            ? ReplayAnswer.Json(
                new JsonObject
                {
                    ["token_type"] = "Bearer",
                    ["expires_in"] = 3599,
                    ["ext_expires_in"] = 3599,
                    ["access_token"] = "fake-token",
                }
            )
            : null;

    /// <summary>
    /// Which requests go together is the source's own business (learn.microsoft.com, Combine requests using JSON batching).
    /// </summary>
    private static ReplayAnswer? Batch(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        if (request.Url.AbsolutePath != "/v1.0/$batch")
        {
            return null;
        }

        var parts = request.Body!["requests"]!
            .AsArray()
            .Select(part => (Id: (string)part!["id"]!, Answer: find(SubRequest(part))))
            .ToList();
        return parts.Any(part => part.Answer is null)
            ? null
            : ReplayAnswer.Json(
                new JsonObject
                {
                    // Answers come in any order.
                    ["responses"] = new JsonArray([
                        .. parts
                            .AsEnumerable()
                            .Reverse()
                            .Select(part =>
                                (JsonNode)
                                    new JsonObject
                                    {
                                        ["id"] = part.Id,
                                        ["status"] = part.Answer!.Status,
                                        ["headers"] = new JsonObject(
                                            part.Answer.Headers.Select(header => KeyValuePair.Create(header.Key, (JsonNode?)header.Value))
                                        ),
                                        ["body"] = JsonNode.Parse(part.Answer.Body),
                                    }
                            ),
                    ]),
                }
            );
    }

    private static IEnumerable<(ReplayRequest Request, JsonObject Response)>? Parts(JsonObject request, JsonObject response)
    {
        if (!((string)request["url"]!).EndsWith("/$batch", StringComparison.Ordinal))
        {
            return
            [
                (
                    new ReplayRequest(
                        (string)request["method"]!,
                        new Uri((string)request["url"]!),
                        request["body"] is JsonValue form ? Recording.FormOf((string)form!) : request["body"]
                    ),
                    response
                ),
            ];
        }

        if ((int)response["status"]! != 200)
        {
            return [];
        }

        var requests = request["body"]!["requests"]!.AsArray().ToDictionary(part => (string)part!["id"]!, StringComparer.Ordinal);
        return response["body"]!["responses"]!
            .AsArray()
            .Select(part =>
            {
                var headers = new JsonObject { ["content-type"] = "application/json" };
                foreach (var (header, value) in (part!["headers"] as JsonObject ?? []).Where(header => header.Key != "Content-Type"))
                {
                    headers[header] = value?.DeepClone();
                }

                return (
                    SubRequest(requests[(string)part["id"]!]),
                    new JsonObject
                    {
                        ["status"] = (int)part["status"]!,
                        ["headers"] = headers,
                        ["body"] = part["body"]?.DeepClone(),
                    }
                );
            });
    }

    private static ReplayRequest SubRequest(JsonNode? part) =>
        new("GET", new Uri($"https://graph.microsoft.com/v1.0/{((string)part!["url"]!).TrimStart('/')}"), null);

    /// <summary>Which fields are asked for, and how many items a page, is the source's own business.</summary>
    private static ReplayRequest Normalize(ReplayRequest request) =>
        request.Url.Host == "graph.microsoft.com" ? request.WithQuery("$select", _ => null).WithQuery("$top", _ => null) : request;
}
