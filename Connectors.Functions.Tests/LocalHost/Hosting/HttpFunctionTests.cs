using System.Net;
using System.Net.Http.Json;
using Connectors.Tests.LocalHost.Durable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.LocalHost.Hosting;

public sealed class HttpFunctionTests
{
    [Fact]
    public async Task AFunctionGetsItsRouteItsBodyTheClientAndTheAppsServices()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        using var http = new HttpClient { BaseAddress = bench.Host.Uri };
        var answer = await http.PostAsync("api/jobs/7/start", JsonContent.Create("body"), HostBench.Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("/api/jobs/job-7", answer.Headers.Location!.ToString());
        Assert.Equal("""{"id":"job-7"}""", await answer.Content.ReadAsStringAsync(HostBench.Cancellation));
        Assert.Equal(["started with \"body\" by Start"], bench.Diary.Entries);
        Assert.Equal(7, (await bench.EndOfAsync("job-7")).ReadOutputAs<int>());
    }

    [Theory]
    [InlineData("GET", "api/jobs/7/start", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "api/jobs/seven/start", HttpStatusCode.BadRequest)]
    [InlineData("GET", "api/Plain", HttpStatusCode.OK)]
    [InlineData("PUT", "api/plain", HttpStatusCode.OK)]
    [InlineData("GET", "plain", HttpStatusCode.NotFound)]
    [InlineData("GET", "api/failing", HttpStatusCode.InternalServerError)]
    [InlineData("GET", "api/nothing", HttpStatusCode.OK)]
    public async Task RequestsAreAnsweredAsTheRealHostDoes(string method, string path, HttpStatusCode status)
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        using var http = new HttpClient { BaseAddress = bench.Host.Uri };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        Assert.Equal(status, (await http.SendAsync(request, HostBench.Cancellation)).StatusCode);
    }

    [Fact]
    public async Task WhatNoFunctionTakesIsAProblemThatNamesThoseThatThereAre()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        using var http = new HttpClient { BaseAddress = bench.Host.Uri };
        using var unknown = await http.GetAsync("api/nope", HostBench.Cancellation);
        using var otherMethod = await http.GetAsync("api/jobs/7/start", HostBench.Cancellation);

        Assert.Equal("application/problem+json", unknown.Content.Headers.ContentType!.MediaType);
        var problem = await unknown.Content.ReadAsStringAsync(HostBench.Cancellation);
        Assert.Contains("There is nothing at /api/nope. There are: ", problem, StringComparison.Ordinal);
        Assert.Contains("/api/jobs/{number}/start", problem, StringComparison.Ordinal);
        Assert.Contains("It takes POST.", await otherMethod.Content.ReadAsStringAsync(HostBench.Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOptionalPartOfTheRouteMayBeMissing()
    {
        await using var bench = await HostBench.StartAsync(typeof(App));
        using var http = new HttpClient { BaseAddress = bench.Host.Uri };
        Assert.Equal("null", await http.GetStringAsync("api/optional", HostBench.Cancellation));
        Assert.Equal("5", await http.GetStringAsync("api/optional/5", HostBench.Cancellation));
    }

    [Theory]
    [InlineData(typeof(TwoOfAName), "function 'same': there are two of this name")]
    [InlineData(typeof(Unbound), "function 'Unbound': nothing gives a value to parameter 'what' of type Int32")]
    [InlineData(typeof(WrongType), "function 'WrongType': [HttpTrigger] needs a parameter of type HttpRequest, not String")]
    [InlineData(typeof(NoTrigger), "function 'NoTrigger': it needs exactly one parameter with a trigger, and has 0")]
    [InlineData(typeof(HttpFunctionTests), "none of its types has a public method with [Function]")]
    public async Task AnAppThatCantBeRunIsRefusedAtItsStart(Type app, string sentence)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => HostBench.StartAsync(app));
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    public sealed class App(Diary diary)
    {
        [Function("Start")]
        public async Task<IActionResult> Start(
            [HttpTrigger(AuthorizationLevel.Function, "post", Route = "jobs/{number}/start")] HttpRequest request,
            int number,
            [DurableClient] DurableTaskClient client,
            FunctionContext context,
            CancellationToken cancellationToken
        )
        {
            var body = await new StreamReader(request.Body).ReadToEndAsync(cancellationToken);
            var id = await client.ScheduleNewOrchestrationInstanceAsync(
                "Echo",
                number,
                new StartOrchestrationOptions($"job-{number}"),
                cancellationToken
            );
            diary.Write($"started with {body} by {context.FunctionDefinition.Name}");
            return new AcceptedResult($"/api/jobs/{id}", new { Id = id });
        }

        [Function("Plain")]
        public static IActionResult Plain([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            new ContentResult { Content = request.Method };

        [Function("Optional")]
        public static string Optional(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "optional/{number?}")] HttpRequest request,
            int? number
        ) => number?.ToString() ?? "null";

        [Function("Failing")]
        public static IActionResult Failing([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
            throw new InvalidOperationException("no");

        [Function("Nothing")]
        public static Task Nothing([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Task.CompletedTask;

        [Function("Echo")]
        public static int Echo([OrchestrationTrigger] TaskOrchestrationContext context, int number) => number;
    }

    public sealed class TwoOfAName
    {
        [Function("Same")]
        public static void One([ActivityTrigger] string? input) { }

        [Function("same")]
        public static void Two([ActivityTrigger] string? input) { }
    }

    public sealed class Unbound
    {
        [Function("Unbound")]
        public static void Run([ActivityTrigger] string? input, int what) { }
    }

    public sealed class WrongType
    {
        [Function("WrongType")]
        public static void Run([HttpTrigger] string input) { }
    }

    public sealed class NoTrigger
    {
        [Function("NoTrigger")]
        public static void Run() { }
    }
}
