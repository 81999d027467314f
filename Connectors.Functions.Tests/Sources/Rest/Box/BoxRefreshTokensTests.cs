using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Box;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sync.Protocol;
using Connectors.Sync.Service;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Sources.Rest.Http;
using Connectors.Tests.Sources.Rest.Replay;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Box;

/// <summary>developer.box.com, Refresh a token: a refresh token is taken once; the answer holds the next one.</summary>
public sealed class BoxRefreshTokensTests : IAsyncDisposable
{
    private readonly InMemoryDocumentStore _documents = new();
    private readonly ListLoggerProvider _log = new();
    private readonly List<string> _taken = [];

    // All sources of a process share what came of a refresh token: tests must not.
    private readonly string _test = Guid.NewGuid().ToString();
    private Action<string> _asked = _ => { };
    private ReplayServer? _server;
    private int _seconds = 3600;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string? Kept => (string?)_documents[ProtocolIndices.Connectors, "c1"]["configuration"]!["refresh_token"]!["value"];

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _log.Dispose();
    }

    [Fact]
    public async Task TheNextTokenIsKeptBeforeTheFirstRequestSoThatARestartGoesOnWithIt()
    {
        await ConnectAsync("entered");
        var kept = new List<string?>();
        _asked = path => kept.Add(path == "/2.0/users/me" ? Kept : null);

        await PingAsync(copy: "entered");

        Assert.Equal(["entered"], Taken);
        Assert.Equal([null, Of("next-1")], kept);
    }

    // What a process that starts knows: the copy of a job that was made before, and the connector's document.
    [Fact]
    public async Task ASyncWhoseJobWasMadeBeforeSignsInWithTheKeptOne()
    {
        await ConnectAsync("kept-before-the-restart");

        await PingAsync(copy: "used-before-the-restart");

        Assert.Equal(["kept-before-the-restart"], Taken);
        Assert.Equal(Of("next-1"), Kept);
    }

    [Fact]
    public async Task WhatAnotherProcessGotAtTheSameMomentIsUsed()
    {
        await ConnectAsync("entered");
        _asked = path =>
        {
            if (path == "/oauth2/token" && _taken.Count == 1)
            {
                _taken.Insert(0, Of("entered"));
                Edit("of-the-other");
            }
        };

        await PingAsync(copy: "entered");

        Assert.Equal(["entered", "entered", "of-the-other"], Taken);
        Assert.Equal(Of("next-3"), Kept);
    }

    [Fact]
    public async Task ATokenThatIsRefusedWhileNobodyChangesItIsNamed()
    {
        await ConnectAsync("entered");
        _taken.Add(Of("entered"));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => PingAsync(copy: "entered"));

        Assert.Contains("Check client_id, client_secret and refresh_token", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["entered", "entered"], Taken);
        Assert.Equal(Of("entered"), Kept);
    }

    [Fact]
    public async Task WhatAUserEntersMeanwhileStays()
    {
        await ConnectAsync("entered");
        _documents.BeforeUpdate = (_, _) =>
        {
            _documents.BeforeUpdate = null;
            Edit("entered-later");
            return Task.CompletedTask;
        };

        await PingAsync(copy: "entered");

        Assert.Equal(Of("entered-later"), Kept);
    }

    // A form in Kibana that was opened before writes all fields as they were then.
    [Fact]
    public async Task AUsedTokenThatAFormWritesBackIsReplaced()
    {
        await ConnectAsync("entered");
        await PingAsync(copy: "entered");
        Edit("entered");

        await PingAsync(copy: "entered");

        Assert.Equal(["entered"], Taken);
        Assert.Equal(Of("next-1"), Kept);
    }

    [Fact]
    public async Task AWriteThatFailsIsSaidOnceAndMadeUpFor()
    {
        await ConnectAsync("entered");
        _documents.BeforeUpdate = (_, _) => throw new ConnectorException(FailureKind.Retry, "Elasticsearch is not there.");

        await PingAsync(copy: "entered");

        var warning = Assert.Single(_log.All);
        Assert.Contains("a new refresh_token", warning, StringComparison.Ordinal);
        Assert.Contains("Elasticsearch is not there. It is used as long as this process runs", warning, StringComparison.Ordinal);
        Assert.DoesNotContain(_test, warning, StringComparison.Ordinal);
        Assert.Equal(Of("entered"), Kept);

        _documents.BeforeUpdate = null;
        await PingAsync(copy: "entered");

        Assert.Single(_log.All);
        Assert.Equal(["entered"], Taken);
        Assert.Equal(Of("next-1"), Kept);
    }

    [Fact]
    public async Task ATokenIsNotUsedUpWhileTheConnectorCanNotBeRead()
    {
        await ConnectAsync("entered");
        _documents.Outage = new ConnectorException(FailureKind.Retry, "Elasticsearch is not there.");

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => PingAsync(copy: "entered"));

        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Empty(Taken);
    }

    // Box took nearly all the time that there is, and the sync was stopped meanwhile: its next token is the only one that is good.
    [Fact]
    public async Task TheNextTokenIsKeptHoweverLateItCameAndWhetherTheSyncIsStopped()
    {
        var time = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        var script = Scripted.By(_ =>
        {
            time.Advance(TimeSpan.FromSeconds(99));
            stop.Cancel();
            return Scripted.Json($$"""{"access_token": "t", "expires_in": 3600, "refresh_token": "{{Of("next")}}"}""");
        });
        using var http = RestClient.CreateHttp(script.Context);
        var store = new SlowStore(new Secret(Of("entered")), () => time.Advance(TimeSpan.FromSeconds(2)));
        var tokens = new BoxRefreshTokens(
            token => OAuthTokens.Refresh(http, "Box", "Check.", time, new Uri("https://api.box.com/oauth2/token"), "id", token, token),
            new Secret(Of("entered")),
            SourceContext.Empty with { TimeProvider = time, Store = store }
        );

        await tokens.FetchAsync(stop.Token);

        Assert.Equal(Of("next"), store.Value.Reveal());
    }

    [Fact]
    public async Task AProcessThatRunsForWeeksKnowsTheTokenThatItIsGivenAndForgetsThoseOfLongAgo()
    {
        await ConnectAsync("entered");
        _seconds = 60;
        _documents.BeforeUpdate = (_, _) => throw new ConnectorException(FailureKind.Retry, "Elasticsearch is not there.");
        for (var times = 1; times <= 120; times++)
        {
            await PingAsync(copy: "entered");
        }

        Assert.Equal(["entered", .. Enumerable.Range(1, 119).Select(number => $"next-{number}")], Taken);

        // One of long ago is a token like any other by now.
        Edit("next-3");
        await Assert.ThrowsAsync<ConnectorException>(() => PingAsync(copy: "next-3"));
        Assert.Equal("next-3", Taken.Last());
    }

    private IEnumerable<string> Taken => _taken.Select(token => token.Replace($"-{_test}", string.Empty, StringComparison.Ordinal));

    private string Of(string token) => $"{token}-{_test}";

    private void Edit(string token) =>
        _documents.Edit(
            ProtocolIndices.Connectors,
            "c1",
            $$$$"""{"configuration": {"refresh_token": {"value": "{{{{Of(token)}}}}"}}}"""
        );

    private async Task ConnectAsync(string token)
    {
        _documents.Put(
            ProtocolIndices.Connectors,
            "c1",
            new JsonObject
            {
                ["service_type"] = "box",
                ["configuration"] = new JsonObject { ["refresh_token"] = new JsonObject { ["value"] = Of(token) } },
            }
        );
        var once = BoxReplay.With(
            (request, _) =>
            {
                if (request.Url.AbsolutePath != "/oauth2/token")
                {
                    _asked(request.Url.AbsolutePath);
                    return null;
                }

                _taken.Add((string)request.Body!["refresh_token"]!);
                _asked(request.Url.AbsolutePath);
                return _taken.SkipLast(1).Contains(_taken[^1])
                    ? ReplayAnswer.Json(400, new JsonObject { ["error"] = "invalid_grant" })
                    : ReplayAnswer.Json(
                        new JsonObject
                        {
                            ["access_token"] = $"token-{_taken.Count}",
                            ["expires_in"] = _seconds,
                            ["refresh_token"] = Of($"next-{_taken.Count}"),
                        }
                    );
            }
        );
        _server = await ReplayServer.StartAsync(once, "first", calls: null, Cancellation);
    }

    private async Task PingAsync(string copy)
    {
        var values = _server!.Values;
        values["refresh_token"] = Of(copy);
        using var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Warning).AddProvider(_log));
        var context = SomeSettings.Of(values, BoxReplay.Source.Create(SourceContext.Empty).Description.Fields) with
        {
            Store = new ConnectorSettings(_documents, "c1"),
            LoggerFactory = loggers,
        };
        await using var source = _server.Open(context);
        await source.PingAsync(Cancellation);
    }

    /// <summary>A store whose writes take their time, and end when they are cancelled.</summary>
    private sealed class SlowStore(Secret value, Action pass) : ISettingStore
    {
        public Secret Value { get; private set; } = value;

        public Task<Secret?> ReadAsync(string field, CancellationToken cancellationToken) => Task.FromResult<Secret?>(Value);

        public Task ReplaceAsync(string field, Predicate<Secret?> isOutdated, Secret value, CancellationToken cancellationToken)
        {
            pass();
            cancellationToken.ThrowIfCancellationRequested();
            Value = isOutdated(Value) ? value : Value;
            return Task.CompletedTask;
        }
    }
}
