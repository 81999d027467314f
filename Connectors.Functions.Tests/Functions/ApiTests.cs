using System.Net;
using System.Reflection;
using System.Text.Json.Nodes;
using Connectors.Functions.Hosting;
using Connectors.Functions.Http;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Functions;

public sealed class ApiTests
{
    private static CancellationToken Token => AppFixture.Token;

    [Fact]
    public async Task TheResponseToANewSyncHasItsLocation()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();

        var answer = await fixture.PostAsync("connectors/c1/syncs");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal($"/api/syncs/{fixture.JobIds[0]}", answer.Headers.Location!.ToString());
        await fixture.EndOfAsync(fixture.JobIds[0]);
        var shown = await fixture.GetAsync($"syncs/{fixture.JobIds[0]}");
        Assert.Equal(
            ("completed", 3, 3),
            (shown["status"]!.GetValue<string>(), shown["indexedDocuments"]!.GetValue<int>(), shown["counts"]!["read"]!.GetValue<int>())
        );
    }

    [Fact]
    public async Task ASyncOfIdentitiesThatThereAreNotIsRefused()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();

        var answer = await fixture.PostAsync("connectors/c1/syncs", """{"type": "access_control"}""");

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("has no access control to sync.", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Empty(fixture.JobIds);
    }

    [Theory]
    [InlineData(
        """{"dry_run": true, "x": 1}""",
        "Unknown fields: dry_run, x. Did you mean dryRun? Known are type, dryRun, allowMassDelete, reindex."
    )]
    [InlineData(
        """{"type": "partial"}""",
        "type: \"partial\" is not a kind of sync. Known are full, incremental, deletes_only, no_deletes, access_control."
    )]
    [InlineData(
        """{"type": ["full"]}""",
        "type: [\"full\"] is not a kind of sync. Known are full, incremental, deletes_only, no_deletes, access_control."
    )]
    [InlineData("""{"type": "incremental", "dryRun": true}""", "A dry run compares everything: remove dryRun or the type \"incremental\".")]
    [InlineData(
        """{"type": "deletes_only", "reindex": true}""",
        "A sync that only deletes writes no document: remove reindex or the type \"deletes_only\"."
    )]
    [InlineData(
        """{"type": "no_deletes", "allowMassDelete": true}""",
        "A sync without deletes needs no permission for them: remove allowMassDelete or the type \"no_deletes\"."
    )]
    [InlineData("""{"reindex": "yes"}""", "reindex: \"yes\" is neither true nor false.")]
    [InlineData("[]", "The body is not a JSON object. Send {} or nothing for an ordinary sync.")]
    [InlineData("3", "The body is not a JSON object. Send {} or nothing for an ordinary sync.")]
    [InlineData("{", "The body is not valid JSON. Send {} or nothing for an ordinary sync.")]
    [InlineData("dryRun=true", "The body is not valid JSON. Send {} or nothing for an ordinary sync.")]
    [InlineData("""{"reindex": true, "reindex": false}""", "The body has the field 'reindex' more than once.")]
    public async Task ABodyThatIsWrongIsToldWhatIsWrong(string body, string detail)
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();

        var answer = await fixture.PostAsync("connectors/c1/syncs", body);

        Assert.Equal(
            (HttpStatusCode.BadRequest, "application/problem+json"),
            (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType)
        );
        Assert.Equal(detail, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!["detail"]!.GetValue<string>());
        Assert.Empty(fixture.JobIds);
    }

    [Fact]
    public async Task ASecondSyncOfAConnectorIsRefusedWithTheRunningOne()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();
        var gate = new TaskCompletionSource();
        fixture.Source.OnPage = _ => gate.Task;
        var jobId = await fixture.StartSyncAsync();

        var answer = await fixture.PostAsync("connectors/c1/syncs");
        gate.SetResult();

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal(jobId, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!["jobId"]!.GetValue<string>());
        Assert.Single(fixture.JobIds);
        await fixture.EndOfAsync(jobId);
    }

    [Theory]
    [InlineData("GET", "connectors/nope", 404)]
    [InlineData("POST", "connectors/nope/syncs", 404)]
    [InlineData("POST", "connectors/bare/syncs", 409)]
    [InlineData("GET", "syncs/nope", 404)]
    [InlineData("GET", "syncs/dry-run-nope", 404)]
    [InlineData("POST", "syncs/nope/cancel", 404)]
    [InlineData("POST", "syncs/dry-run-nope/cancel", 404)]
    [InlineData("GET", "syncs?status=done", 400)]
    [InlineData("GET", "syncs?limit=0", 400)]
    [InlineData("GET", "syncs?limit=1001", 400)]
    [InlineData("GET", "syncs?limit=all", 400)]
    [InlineData("GET", "connectors?service-type=dir", 400)]
    [InlineData("GET", "connectors/nope?x=1", 400)]
    [InlineData("GET", "syncs/nope?x=1", 400)]
    [InlineData("POST", "syncs/nope/cancel?x=1", 400)]
    [InlineData("POST", "connectors/nope/syncs?dryRun=true", 400)]
    public async Task WhatIsNotThereIsAProblem(string method, string path, int status)
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector("bare", """{"index_name": null}""");

        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var answer = await fixture.Http.SendAsync(request, Token);

        Assert.Equal((status, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!;
        Assert.Equal(status, problem["status"]!.GetValue<int>());
        Assert.NotEmpty(problem["title"]!.GetValue<string>());
        Assert.NotEmpty(problem["detail"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("syncs?limt=1", "limt: unknown parameter. Did you mean limit? Known are connector, status, limit.")]
    [InlineData("syncs?status=error&service-type=dir", "service-type: unknown parameter. Known are connector, status, limit.")]
    [InlineData("connectors?limit=1&code=key", "limit: unknown parameter. This address takes none.")]
    public async Task AParameterThatAnAddressDoesNotKnowIsNamedWithThoseThatItDoes(string path, string detail)
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();

        using var answer = await fixture.Http.GetAsync(path, Token);

        Assert.Equal(
            (HttpStatusCode.BadRequest, "application/problem+json"),
            (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType)
        );
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!;
        Assert.Equal(detail, problem["detail"]!.GetValue<string>());
        Assert.Equal(detail.Split(':')[0], problem["parameter"]!.GetValue<string>());
        Assert.Equal(path.StartsWith("syncs", StringComparison.Ordinal) ? 3 : 0, problem["known"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("syncs?code=key&clientId=me&Limit=1")]
    [InlineData("connectors?code=key")]
    public async Task TheKeyOfTheHostIsAParameterOfEveryAddress(string path)
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();

        using var answer = await fixture.Http.GetAsync(path, Token);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task ConnectorsAreShownWithoutWhatIsSensitive()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();
        fixture.AddConnector("foreign", """{"service_type": "unknown"}""");

        var list = await fixture.GetAsync("connectors");
        var item = await fixture.GetAsync("connectors/c1");
        var foreign = await fixture.GetAsync("connectors/foreign");

        Assert.Equal(2, list["connectors"]!.AsArray().Count);
        Assert.Equal(["host", "limit"], item["configuration"]!.AsObject().Select(pair => pair.Key).Order());
        Assert.Empty(foreign["configuration"]!.AsObject());
        Assert.DoesNotContain("hunter2", list.ToJsonString() + item.ToJsonString() + foreign.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SyncsAreListedNewestFirstByConnectorAndState()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();
        fixture.AddConnector("c2");
        var first = (await fixture.SyncAsync()).JobId;
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = (await fixture.SyncAsync()).JobId;
        fixture.Store.Edit(ProtocolIndices.SyncJobs, second, """{"status": "error"}""");

        Assert.Equal([second, first], Ids(await fixture.GetAsync("syncs")));
        Assert.Equal([second, first], Ids(await fixture.GetAsync("syncs?connector=c1")));
        Assert.Equal([second], Ids(await fixture.GetAsync("syncs?limit=1")));
        Assert.Empty(Ids(await fixture.GetAsync("syncs?status=unfinished")));
        Assert.Empty(Ids(await fixture.GetAsync("syncs?connector=c2")));
        Assert.Equal([first], Ids(await fixture.GetAsync("syncs?connector=c1&status=completed")));

        static IEnumerable<string> Ids(JsonObject list) => list["syncs"]!.AsArray().Select(sync => sync!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task ARunningSyncShowsItsProgressAndIsCancelled()
    {
        await using var fixture = await new MemoryAppFixture { MaxConcurrentSyncs = 1 }.StartAsync();
        fixture.AddConnector();
        fixture.AddConnector("c2");
        var (reached, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        fixture.Source.OnPage = _ =>
        {
            reached.TrySetResult();
            return gate.Task;
        };
        var running = await fixture.StartSyncAsync();
        await reached.Task;
        var waiting = await fixture.StartSyncAsync("c2");

        var shown = await fixture.GetAsync($"syncs/{running}");
        Assert.Equal(("in_progress", "pages"), (shown["status"]!.GetValue<string>(), shown["progress"]!["phase"]!.GetValue<string>()));
        Assert.Equal("pending", fixture.Status(waiting));
        Assert.Equal(HttpStatusCode.OK, (await fixture.PostAsync($"syncs/{waiting}/cancel")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await fixture.PostAsync($"syncs/{running}/cancel")).StatusCode);
        gate.SetResult();
        await fixture.EndOfAsync(running);
        Assert.Equal(("canceled", "canceled"), (fixture.Status(running), fixture.Status(waiting)));
        Assert.Equal(HttpStatusCode.OK, (await fixture.PostAsync($"syncs/{running}/cancel")).StatusCode);
        fixture.Clock.Advance(TimeSpan.FromMinutes(1));
        var completed = await fixture.StartSyncAsync();
        await fixture.EndOfAsync(completed);
        Assert.Equal(HttpStatusCode.Conflict, (await fixture.PostAsync($"syncs/{completed}/cancel")).StatusCode);
    }

    [Fact]
    public async Task TheStatusPageIsServedWithItsPolicyAndHoldsNoData()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        fixture.AddConnector();

        var answer = await fixture.Http.GetAsync(new Uri("ui", UriKind.Relative), Token);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Contains("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        var page = await answer.Content.ReadAsStringAsync(Token);
        Assert.Equal(Connectors.Sync.Api.StatusPage.Html, page);
        Assert.DoesNotContain("Connector c1", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await fixture.PostAsync("ui")).StatusCode);
    }

    [Fact]
    public async Task HealthTellsWhatIsReadyAndWhatIsNot()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        var health = await fixture.GetAsync("health");
        Assert.Equal(
            (true, true, "9.5.0"),
            (
                health["live"]!.GetValue<bool>(),
                health["ready"]!.GetValue<bool>(),
                health["checks"]!["elasticsearch"]!["version"]!.GetValue<string>()
            )
        );

        fixture.Staging.OnCall = _ => throw new Connectors.Abstractions.ConnectorException("The storage account refused access.");
        var answer = await fixture.Http.GetAsync(new Uri("health", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("The storage account refused access.", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        fixture.Staging.OnCall = null;
    }

    [Fact]
    public async Task AWrongConfigurationIsToldByEveryFunctionAndTheAppStaysUp()
    {
        using var staging = new TemporaryFolder();
        var settings = new AppSettings
        {
            Variables = new Dictionary<string, string>
            {
                ["Connectors__elasticsearch__host"] = "nonsense",
                ["Connectors__service__idlin"] = "3",
                ["ConnectorsStagingFolder"] = staging.Path,
            },
            ConfigFile = null,
        };
        await using var app = new ConnectorApp(settings, TimeProvider.System, NullLoggerFactory.Instance);

        Assert.Equal(2, app.Problems.Count);
        var health = (ContentResult)await new ServiceApi(app).HealthAsync(null!, Token);
        Assert.Equal(503, health.StatusCode);
        Assert.Equal(
            app.Problems,
            JsonNode.Parse(health.Content!)!["checks"]!["configuration"]!["problems"]!
                .AsArray()
                .Select(problem => problem!.GetValue<string>())
        );
        var answer = (ContentResult)
            await new ConnectorsApi(new ApiRunner(app, NullLogger<ApiRunner>.Instance), null!).ListAsync(null!, Token);
        Assert.Equal(503, answer.StatusCode);
        Assert.Contains("idlin", answer.Content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("health")]
    [InlineData("ui")]
    [InlineData("connectors")]
    [InlineData("openapi.json")]
    public async Task HeadIsAnsweredAsGetIsWithoutTheBody(string path)
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, path);

        using var answer = await fixture.Http.SendAsync(request, Token);

        using var whole = await fixture.Http.GetAsync(path, Token);
        Assert.Equal((HttpStatusCode.OK, whole.StatusCode), (answer.StatusCode, HttpStatusCode.OK));
        Assert.Equal(whole.Content.Headers.ContentType, answer.Content.Headers.ContentType);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task TheDescriptionOfTheApiNamesExactlyTheRoutesThatThereAre()
    {
        await using var fixture = await new MemoryAppFixture().StartAsync();
        var described = (await fixture.GetAsync("openapi.json"))["paths"]!
            .AsObject()
            .SelectMany(path =>
                path.Value!.AsObject().Select(operation => $"{operation.Key} {path.Key[1..]} {operation.Value!["operationId"]}")
            );
        var functions = typeof(ServiceApi)
            .Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods())
            .Select(method =>
                (
                    method.GetCustomAttribute<FunctionAttribute>()?.Name,
                    Trigger: method
                        .GetParameters()
                        .Select(item => item.GetCustomAttribute<HttpTriggerAttribute>())
                        .FirstOrDefault(item => item is not null)
                )
            )
            .Where(function => function.Trigger is not null)
            .ToList();

        Assert.Equal(9, functions.Count);
        Assert.All(functions, function =>
            Assert.Equal(function.Trigger!.Methods![0] == "get" ? ["get", "head"] : ["post"], function.Trigger.Methods)
        );
        Assert.Equal(
            functions.Select(function => $"{function.Trigger!.Methods![0]} {function.Trigger.Route} {function.Name}").Order(),
            described.Order()
        );
    }

    [Fact]
    public async Task EveryRouteButThePageAsksForAFunctionKey()
    {
        // What the Functions host reads: it refuses a request without the key, or with a wrong one, before the app sees it. The page holds
        // no data; the key goes with what it asks the API.
        var metadata = JsonNode
            .Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "functions.metadata"), Token))!
            .AsArray();
        var triggers = metadata
            .SelectMany(function =>
                function!["bindings"]!
                    .AsArray()
                    .Where(binding => (string?)binding!["type"] == "httpTrigger")
                    .Select(binding => (Name: (string?)function["name"], Trigger: binding!))
            )
            .ToList();

        Assert.Equal(9, triggers.Count);
        Assert.All(triggers, item =>
            Assert.Equal(
                (item.Name, item.Name == "GetStatusPage" ? "Anonymous" : "Function"),
                (item.Name, (string?)item.Trigger["authLevel"])
            )
        );
        Assert.Equal("ui", (string?)Assert.Single(triggers, item => item.Name == "GetStatusPage").Trigger["route"]);

        // And nothing else takes requests.
        Assert.Equal(
            ["activityTrigger", "httpTrigger", "orchestrationTrigger", "timerTrigger"],
            metadata
                .SelectMany(function => function!["bindings"]!.AsArray())
                .Select(binding => (string)binding!["type"]!)
                .Where(type => type.EndsWith("Trigger", StringComparison.Ordinal))
                .Distinct()
                .Order(StringComparer.Ordinal)
        );
    }
}
