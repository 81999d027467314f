using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace Connectors.Tests.Cli.Ui;

/// <summary>Answers of an API whose every text is markup: names, ids, states of schedules, messages, settings, reasons.</summary>
internal static class HostileAnswers
{
    public const string Markup =
        "\"><img src=x onerror=document.title='taken'><script>document.title='taken'</script><a href=javascript:alert(1)>x</a>";

    public static RouteFulfillOptions To(IRequest request)
    {
        var uri = new Uri(request.Url);
        var path = uri.AbsolutePath["/api/".Length..];
        var query = Uri.UnescapeDataString(uri.Query);
        return (request.Method, path) switch
        {
            ("POST", var cancel) when cancel.EndsWith("/cancel", StringComparison.Ordinal) => Answer(
                409,
                new JsonObject
                {
                    ["title"] = Markup,
                    ["status"] = 409,
                    ["detail"] = Markup,
                }
            ),
            ("POST", _) => Answer(202, new JsonObject { ["id"] = $"dry-run-{Markup}", ["status"] = "pending" }),
            (_, "connectors") => Answer(200, new JsonObject { ["connectors"] = new JsonArray(Connector()) }),
            (_, var connector) when connector.StartsWith("connectors/", StringComparison.Ordinal) => Answer(200, Details()),
            (_, "syncs") when query.Contains("unfinished", StringComparison.Ordinal) => Answer(
                200,
                new JsonObject { ["syncs"] = new JsonArray(Job("in_progress", "run")) }
            ),
            (_, "syncs") => Answer(
                200,
                new JsonObject { ["syncs"] = new JsonArray(Job("error", "1"), Job("completed", "2"), Job("canceled", "3")) }
            ),
            (_, var sync) when sync.Contains("dry-run-", StringComparison.Ordinal) => Answer(200, DryRun()),
            _ => Answer(200, Job("in_progress", "run")),
        };
    }

    private static RouteFulfillOptions Answer(int status, JsonNode body) =>
        new()
        {
            Status = status,
            ContentType = "application/json",
            Body = body.ToJsonString(),
        };

    private static JsonObject Connector() =>
        new()
        {
            ["id"] = Markup,
            ["name"] = Markup,
            ["serviceType"] = Markup,
            ["indexName"] = Markup,
            ["status"] = "error",
            ["error"] = Markup,
            ["lastSeen"] = "2026-10-20T02:00:00Z",
            ["lastSynced"] = "2026-10-20T02:00:00Z",
            ["lastSyncStatus"] = "error",
            ["schedule"] = new JsonObject { ["enabled"] = true, ["interval"] = Markup },
        };

    private static JsonObject Details()
    {
        var details = Connector();
        details["pipeline"] = Markup;
        details["schedules"] = new JsonObject
        {
            ["full"] = new JsonObject { ["enabled"] = true, ["interval"] = Markup },
            [Markup] = new JsonObject { ["enabled"] = true, ["interval"] = Markup },
        };
        details["configuration"] = new JsonObject
        {
            [Markup] = Markup,
            ["list"] = new JsonArray(Markup),
            ["object"] = new JsonObject { [Markup] = Markup },
        };
        return details;
    }

    private static JsonObject Job(string status, string id) =>
        new()
        {
            ["id"] = Markup + id,
            ["connectorId"] = Markup,
            ["indexName"] = Markup,
            ["type"] = "full",
            ["trigger"] = Markup,
            ["status"] = status,
            ["error"] = status == "error" ? Markup : null,
            ["createdAt"] = "2026-10-20T02:00:00Z",
            ["startedAt"] = "2026-10-20T02:00:00Z",
            ["waitsUntil"] = Markup,
            ["waitsReason"] = Markup,
            ["waitsLimit"] = "2999-01-01T00:00:00Z",
            ["gap"] = Markup,
            ["completedAt"] = status == "in_progress" ? null : "2026-10-20T02:01:00Z",
            ["indexedDocuments"] = 3,
            ["deletedDocuments"] = 1,
            ["totalDocuments"] = 9,
            ["counts"] = Counts(),
            ["rejections"] = new JsonObject
            {
                ["reasons"] = new JsonObject { [Markup] = 3 },
                ["samples"] = new JsonArray(
                    new JsonObject
                    {
                        ["id"] = Markup,
                        ["type"] = Markup,
                        ["reason"] = Markup,
                    }
                ),
            },
            ["fallback"] = Markup,
            ["progress"] =
                status == "in_progress"
                    ? new JsonObject
                    {
                        ["phase"] = "pages",
                        ["counts"] = Counts(),
                        ["estimatedDocuments"] = 10,
                    }
                    : null,
        };

    private static JsonObject DryRun() =>
        new()
        {
            ["id"] = $"dry-run-{Markup}",
            ["dryRun"] = true,
            ["status"] = "completed",
            ["error"] = null,
            ["totalDocuments"] = 9,
            ["counts"] = Counts(),
            ["preview"] = new JsonObject
            {
                ["added"] = new JsonArray(Markup),
                ["updated"] = new JsonArray(Markup),
                ["deleted"] = new JsonArray(Markup),
            },
        };

    private static JsonObject Counts() =>
        new()
        {
            ["read"] = 5,
            ["skipped"] = 1,
            ["created"] = 1,
            ["updated"] = 1,
            ["deleted"] = 1,
            ["already_gone"] = 0,
            ["duplicates"] = 0,
            ["unreadable"] = 0,
            ["rejected"] = 3,
        };
}
