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
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        using var http = new HttpClient { BaseAddress = fixture.Host.Uri };
        var answer = await http.PostAsync("api/jobs/7/start", JsonContent.Create("body"), HostFixture.Token);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("/api/jobs/job-7", answer.Headers.Location!.ToString());
        Assert.Equal("""{"id":"job-7"}""", await answer.Content.ReadAsStringAsync(HostFixture.Token));
        Assert.Equal(["started with \"body\" by Start"], fixture.Diary.Entries);
        Assert.Equal(7, (await fixture.EndOfAsync("job-7")).ReadOutputAs<int>());
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
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        using var http = new HttpClient { BaseAddress = fixture.Host.Uri };
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        Assert.Equal(status, (await http.SendAsync(request, HostFixture.Token)).StatusCode);
    }

    [Fact]
    public async Task WhatNoFunctionTakesIsAProblemThatNamesThoseThatThereAre()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        using var http = new HttpClient { BaseAddress = fixture.Host.Uri };
        using var unknown = await http.GetAsync("api/nope", HostFixture.Token);
        using var otherMethod = await http.GetAsync("api/jobs/7/start", HostFixture.Token);

        Assert.Equal("application/problem+json", unknown.Content.Headers.ContentType!.MediaType);
        var problem = await unknown.Content.ReadAsStringAsync(HostFixture.Token);
        Assert.Contains("There is nothing at /api/nope. There are: ", problem, StringComparison.Ordinal);
        Assert.Contains("/api/jobs/{number}/start", problem, StringComparison.Ordinal);
        Assert.Contains("It takes POST.", await otherMethod.Content.ReadAsStringAsync(HostFixture.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOptionalPartOfTheRouteMayBeMissing()
    {
        await using var fixture = await HostFixture.StartAsync(typeof(App));
        using var http = new HttpClient { BaseAddress = fixture.Host.Uri };
        Assert.Equal("null", await http.GetStringAsync("api/optional", HostFixture.Token));
        Assert.Equal("5", await http.GetStringAsync("api/optional/5", HostFixture.Token));
    }

    [Theory]
    [InlineData(typeof(TwoOfAName), "function 'same': there are two of this name")]
    [InlineData(typeof(Unbound), "function 'Unbound': nothing gives a value to parameter 'what' of type Int32")]
    [InlineData(typeof(WrongType), "function 'WrongType': [HttpTrigger] needs a parameter of type HttpRequest, not String")]
    [InlineData(typeof(NoTrigger), "function 'NoTrigger': it needs exactly one parameter with a trigger, and has 0")]
    [InlineData(typeof(HttpFunctionTests), "none of its types has a public method with [Function]")]
    public async Task AnAppThatCantBeRunIsRefusedAtItsStart(Type app, string sentence)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => HostFixture.StartAsync(app));
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
