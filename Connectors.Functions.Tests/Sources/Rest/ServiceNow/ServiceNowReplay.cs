using System.Text;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.ServiceNow;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.ServiceNow;

/// <summary>How the recording of ServiceNow is replayed.</summary>
internal static class ServiceNowReplay
{
    public static ReplaySource Source { get; } =
        new("servicenow", context => new ServiceNowDataSource(context))
        {
            Answer = Answer,
            Normalize = Normalize,
            Parts = Parts,
        };

    /// <summary>The requests of a batch are answered one by one: which of them go together is the source's own business.</summary>
    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        // Ours count what a query finds; the recorded counts are of whole tables.
        if (request.Method == "GET" && request.Url.Query.EndsWith("&sysparm_limit=1", StringComparison.Ordinal))
        {
            return Count(request, find);
        }

        if (request.Url.AbsolutePath != "/api/now/v1/batch")
        {
            return null;
        }

        var parts = request.Body!["rest_requests"]!
            .AsArray()
            .Select(part =>
                (Id: (string)part!["id"]!, Answer: find(new ReplayRequest("BATCHED", new Uri(request.Url, (string)part["url"]!), null)))
            )
            .ToList();
        return parts.Any(part => part.Answer is null)
            ? null
            : ReplayAnswer.Json(
                new JsonObject
                {
                    ["serviced_requests"] = new JsonArray([
                        .. parts.Select(part =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["id"] = part.Id,
                                    ["status_code"] = 200,
                                    ["body"] = Convert.ToBase64String(part.Answer!.Body),
                                }
                        ),
                    ]),
                    ["unserviced_requests"] = new JsonArray(),
                }
            );
    }

    private static ReplayAnswer? Count(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var query = request.Query.FirstOrDefault(parameter => parameter.Key == "sysparm_query").Value;
        var page = request.WithQuery("sysparm_query", _ => null).WithQuery("sysparm_limit", _ => "50");
        var separator = page.Url.Query.Length == 0 ? "?" : "&";
        var address = $"{page.Url}{separator}sysparm_query={Uri.EscapeDataString($"ORDERBYsys_created_on^{query}")}&sysparm_offset=0";
        return find(new ReplayRequest("BATCHED", new Uri(address), null)) is { } rows
            ? ReplayAnswer.Json(JsonNode.Parse(rows.Body), ("x-total-count", $"{JsonNode.Parse(rows.Body)!["result"]!.AsArray().Count}"))
            : null;
    }

    /// <summary>
    /// Ours break ties: rows that were made in the same second come in the order of their ids on every page. The recorded order has none.
    /// </summary>
    private static ReplayRequest Normalize(ReplayRequest request) =>
        request.WithQuery("sysparm_query", query =>
            query
                .Replace("ORDERBYsys_created_on^ORDERBYsys_id", "ORDERBYsys_created_on^", StringComparison.Ordinal)
                .Replace("^^", "^", StringComparison.Ordinal)
        );

    /// <summary>The recorded batches, taken apart.</summary>
    private static IEnumerable<(ReplayRequest Request, JsonObject Response)>? Parts(JsonObject request, JsonObject response) =>
        ((string)request["url"]!).EndsWith("/batch", StringComparison.Ordinal) ? Apart(request, response) : null;

    private static IEnumerable<(ReplayRequest Request, JsonObject Response)> Apart(JsonObject request, JsonObject response)
    {
        var answers = response["body"]!["serviced_requests"]!.AsArray().ToDictionary(part => (string)part!["id"]!, StringComparer.Ordinal);
        foreach (var part in request["body"]!["rest_requests"]!.AsArray())
        {
            var answer = answers[(string)part!["id"]!]!;
            yield return (
                new ReplayRequest("BATCHED", new Uri(new Uri((string)request["url"]!), (string)part["url"]!), null),
                new JsonObject
                {
                    ["status"] = (int)answer["status_code"]!,
                    ["headers"] = new JsonObject { ["content-type"] = "application/json" },
                    ["body"] = JsonNode.Parse(BodyOf(answer)),
                }
            );
        }
    }

    /// <summary>The host's real name stands in the encoded bodies, and another one in the recorded documents.</summary>
    private static string BodyOf(JsonNode answer) =>
        Encoding
            .UTF8.GetString(Convert.FromBase64String((string)answer["body"]!))
            .Replace("https://fabrikam.service-now.com", "https://servicenow.test", StringComparison.Ordinal);
}
