using Connectors.Abstractions;
using Connectors.Emulator.Http;
using Connectors.Sync.Api;
using Connectors.Sync.Protocol.Jobs;
using Connectors.Sync.Service;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Connectors.Cli.Ui;

/// <summary>The routes of the function app's API that the status page uses, over the service of this process.</summary>
internal sealed class UiRoutes(ConnectorService service, ConnectorApi api, DryRuns dryRuns)
{
    // What HEAD gets has no body: the server leaves it out.
    private static readonly string[] Reading = ["GET", "HEAD"];

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapMethods("/", Reading, http => Redirect(http));
        app.MapMethods("/api/ui", Reading, PageAsync);
        Map(app, "GET", "/api/connectors", http => api.ListConnectorsAsync(http.RequestAborted));
        Map(app, "GET", "/api/connectors/{id}", http => api.GetConnectorAsync(Value(http, "id"), http.RequestAborted));
        Map(app, "POST", "/api/connectors/{id}/syncs", http =>
            api.StartAsync(
                Value(http, "id"),
                http.Request.Body,
                (connector, wish) => Task.FromResult(dryRuns.Start(connector.Id, wish)),
                JobMadeAsync,
                http.RequestAborted
            )
        );
        Map(
            app,
            "GET",
            "/api/syncs",
            http =>
                api.ListSyncsAsync(
                    http.Request.Query["connector"],
                    http.Request.Query["status"],
                    http.Request.Query["limit"],
                    http.RequestAborted
                ),
            QueryParameters.OfSyncs
        );
        Map(app, "GET", "/api/syncs/{jobId}", http => GetAsync(Value(http, "jobId"), http.RequestAborted));
        Map(app, "POST", "/api/syncs/{jobId}/cancel", http =>
            Value(http, "jobId") is var id && IsDryRun(id) ? dryRuns.CancelAsync(id) : CancelAsync(id, http.RequestAborted)
        );
    }

    public static Task WriteAsync(HttpContext http, ApiResult result)
    {
        http.Response.StatusCode = result.Status;
        http.Response.ContentType = result.ContentType;
        LocalRequests.Secure(http.Response);
        if (result.Location is not null)
        {
            http.Response.Headers.Location = result.Location;
        }

        return http.Response.WriteAsync(result.ToText(), http.RequestAborted);
    }

    private static void Map(
        IEndpointRouteBuilder app,
        string method,
        string route,
        Func<HttpContext, Task<ApiResult>> answer,
        IReadOnlyList<string>? parameters = null
    ) =>
        app.MapMethods(route, method == "GET" ? Reading : [method], async http =>
        {
            ApiResult result;
            try
            {
                result = QueryParameters.Problem(http.Request.Query.Keys, parameters ?? QueryParameters.None) ?? await answer(http);
            }
            catch (ConnectorException failure)
            {
                result = ConnectorApi.Failed(failure);
            }

            await WriteAsync(http, result);
        });

    private static string Value(HttpContext http, string name) => (string)http.Request.RouteValues[name]!;

    private static bool IsDryRun(string id) => id.StartsWith(ConnectorApi.DryRunPrefix, StringComparison.Ordinal);

    private static Task Redirect(HttpContext http)
    {
        http.Response.Redirect("/api/ui");
        return Task.CompletedTask;
    }

    private static Task PageAsync(HttpContext http)
    {
        foreach (var (name, value) in StatusPage.Headers)
        {
            http.Response.Headers[name] = value;
        }

        http.Response.ContentType = StatusPage.ContentType;
        return http.Response.WriteAsync(StatusPage.Html, http.RequestAborted);
    }

    private Task JobMadeAsync()
    {
        service.Wake();
        return Task.CompletedTask;
    }

    private async Task<ApiResult> CancelAsync(string jobId, CancellationToken cancellationToken)
    {
        var result = await api.CancelAsync(jobId, cancellationToken);
        service.Running.FirstOrDefault(sync => sync.JobId == jobId)?.LookAtJob();
        return result;
    }

    private async Task<ApiResult> GetAsync(string jobId, CancellationToken cancellationToken)
    {
        if (IsDryRun(jobId))
        {
            return dryRuns.Get(jobId);
        }

        if (await api.FindJobAsync(jobId, cancellationToken) is not { } job)
        {
            return ConnectorApi.MissingSync(jobId);
        }

        var view = api.View(job);
        if (job.Status?.IsRunning() == true && service.Running.FirstOrDefault(sync => sync.JobId == jobId)?.Progress is { } progress)
        {
            ProgressView.AddTo(view, progress);
        }

        return new ApiResult(200, view);
    }
}
