using System.Reflection;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace Connectors.Functions.Http;

/// <summary>The app about itself: whether it can work, and what its API is.</summary>
public sealed class ServiceApi(ConnectorApp app)
{
    // Probes wait for a few seconds, and for both checks together.
    private static readonly TimeSpan LongestCheck = TimeSpan.FromSeconds(2);

    /// <summary>Whether the app can work: 200 when it can, 503 when not, with what is wrong.</summary>
    [Function("GetHealth")]
    public async Task<IActionResult> HealthAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "health")] HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        string[] problems = [.. app.Problems, .. app.SourceProblems];
        var checks = new JsonObject
        {
            ["configuration"] =
                problems.Length == 0
                    ? Ok()
                    : new JsonObject
                    {
                        ["ok"] = false,
                        ["problems"] = new JsonArray([.. problems.Select(problem => JsonValue.Create(problem))]),
                    },
        };
        if (app.Problems.Count == 0)
        {
            var elasticsearch = CheckAsync(async () =>
            {
                var info = await app.Services.PingAsync(cancellationToken);
                return new JsonObject
                {
                    ["ok"] = true,
                    ["version"] = info?.Version?.ToString(),
                    ["cluster"] = info?.ClusterName,
                };
            });
            var storage = CheckAsync(() => StorageAsync(cancellationToken));
            checks["elasticsearch"] = await elasticsearch;
            checks["storage"] = await storage;
        }

        var isReady = checks.All(check => check.Value!["ok"]!.GetValue<bool>());
        var version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return ApiResponse.Json(
            new JsonObject
            {
                ["live"] = true,
                ["ready"] = isReady,
                ["version"] = version,
                ["checks"] = checks,
            },
            isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable
        );
    }

    /// <summary>The API, described in OpenAPI 3.1.</summary>
    [Function("GetOpenApi")]
    public static async Task<IActionResult> OpenApiAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "openapi.json")] HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        await using var description = Assembly.GetExecutingAssembly().GetManifestResourceStream("openapi.json")!;
        return ApiResponse.Json((await JsonNode.ParseAsync(description, cancellationToken: cancellationToken))!);
    }

    /// <summary>The status page. Anybody may have it, for it holds no data: what it shows it asks for with the function key that it is
    /// given.</summary>
    [Function("GetStatusPage")]
    public static IActionResult StatusPage([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "ui")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        foreach (var (name, value) in Connectors.Sync.Api.StatusPage.Headers)
        {
            request.HttpContext.Response.Headers[name] = value;
        }

        return new ContentResult
        {
            Content = Connectors.Sync.Api.StatusPage.Html,
            ContentType = Connectors.Sync.Api.StatusPage.ContentType,
            StatusCode = StatusCodes.Status200OK,
        };
    }

    private static JsonObject Ok() => new() { ["ok"] = true };

    private async Task<JsonObject> StorageAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestCheck);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await app.Services.Staging.ExistsAsync("health", either.Token);
            return Ok();
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ConnectorException(
                FailureKind.Retry,
                $"The storage for staging did not answer within {LongestCheck.TotalSeconds} s. Check AzureWebJobsStorage and the network."
            );
        }
    }

    private static async Task<JsonObject> CheckAsync(Func<Task<JsonObject>> check)
    {
        try
        {
            return await check();
        }
        catch (ConnectorException failure)
        {
            return new JsonObject { ["ok"] = false, ["problems"] = new JsonArray(failure.Message) };
        }
    }
}
