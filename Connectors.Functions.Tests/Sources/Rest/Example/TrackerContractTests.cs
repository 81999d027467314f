using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Tracker;
using Connectors.Testing;
using Connectors.Tests.Sources.Rest.HttpJson;
using Connectors.Tests.Sources.Rest.Replay;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Example;

/// <summary>The example of docs/writing-a-rest-source.md keeps the contract of all sources.</summary>
public sealed class TrackerContractTests : SourceContractTests
{
    [Fact]
    public async Task ATicketBecomesADocument()
    {
        await using var source = Open();
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents();
        Assert.Equal(
            """{"type":"Ticket","title":"T 1","author":"ann","text":"One\ntwo","created_at":"2024-05-01T08:00:00Z","labels":["bug"]}""",
            documents.Single(document => document.Id == "ticket-a1").Body
        );
        Assert.Equal("""{"type":"File","id_":"a1","name":"a.txt","size":3}""", documents.Single(document => document.Id == "file-a1").Body);
    }

    [Fact]
    public async Task WhatChangedIsAskedForByTimeWithALookBack()
    {
        await using var source = Open();
        var feed = (IChangeFeed)source;

        using var page = await feed.ReadChangesAsync("2024-06-01T10:00:00.0000000Z", PageToken.Start, PageLimits.Default, Cancellation);

        Assert.Equal(["2024-06-01T09:45:00Z"], ((TrackerFixture)Fixture).Since.Distinct());
    }

    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        var fixture = new TrackerFixture();
        await fixture.StartAsync(cancellationToken);
        return fixture;
    }

    private sealed class TrackerFixture : SourceFixture
    {
        private JsonServer _server = null!;

        public override IReadOnlyCollection<string> Ids =>
            [
                .. new[] { "a", "b" }.SelectMany(project =>
                    Enumerable.Range(1, 5).Select(number => $"ticket-{project}{number}").Append($"file-{project}1")
                ),
            ];

        public override JsonObject Values => new() { ["url"] = "https://tracker.example", ["token"] = "to-ke-n" };

        public override IReadOnlyCollection<string> Secrets => ["to-ke-n"];

        /// <summary>Times since which changes were asked for.</summary>
        public ConcurrentQueue<string> Since { get; } = [];

        public async Task StartAsync(CancellationToken cancellationToken) =>
            _server = await JsonServer.StartAsync(AnswerAsync, cancellationToken);

        public override IDataSource Create(SourceContext context) =>
            new TrackerDataSource(
                context with
                {
                    TimeProvider = new ReplayTime(),
                    HttpHandler = () => new ReplayHandler(new Uri(_server.Address)),
                }
            );

        public override async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            await base.DisposeAsync();
        }

        private Task AnswerAsync(HttpContext context)
        {
            if (!Calls.Enter())
            {
                context.Abort();
                return Task.CompletedTask;
            }

            if (context.Request.Query["updated_since"] is [{ } since])
            {
                Since.Enqueue(since);
            }

            context.Response.ContentType = "application/json";
            var path = context.Request.Path.Value!;
            return context.Response.WriteAsync(
                path switch
                {
                    "/api/me" => "{}",
                    "/api/projects" => """{"projects": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}], "next": null}""",
                    _ when path.EndsWith("/tickets", StringComparison.Ordinal) => Tickets(path[^9], context.Request.Query["cursor"] == "2"),
                    _ when path.EndsWith("/files", StringComparison.Ordinal) =>
                        $$"""{"items": [{"id": "{{path[^7]}}1", "name": "a.txt", "size": 3}]}""",
                    _ => "abc",
                },
                context.RequestAborted
            );
        }

        private static string Tickets(char project, bool isSecond) =>
            new JsonObject
            {
                ["cursor"] = isSecond ? null : "2",
                ["items"] = new JsonArray([
                    .. Enumerable
                        .Range(isSecond ? 4 : 1, isSecond ? 2 : 3)
                        .Select(number => new JsonObject
                        {
                            ["id"] = $"{project}{number}",
                            ["title"] = $"T {number}",
                            ["created_by"] = new JsonObject { ["login"] = "ann" },
                            ["description_html"] = "<p>One</p><p>two</p>",
                            ["created_at"] = "2024-05-01T10:00:00+02:00",
                            ["labels"] = new JsonArray(new JsonObject { ["name"] = "bug" }),
                        }),
                ]),
            }.ToJsonString();
    }
}
