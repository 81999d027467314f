using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol;
using Connectors.Sync.Service;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Sources.Rest.Replay;
using Connectors.Tests.Support.InMemory;
using Microsoft.Extensions.Logging;
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
                            ["expires_in"] = 3600,
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
}
