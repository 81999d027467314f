using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.SignIn;
using Connectors.Tests.Sources.Rest.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Limits;

/// <summary>What a source tells of its waiting.</summary>
public sealed class RequestWaitsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly HostBudgets _hosts = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void TheLatestTimeCountsAsLongAsItIsToCome()
    {
        var (waits, now) = (new RequestWaits(), _time.GetUtcNow());
        Assert.Null(waits.After(now));
        waits.Add(now + TimeSpan.FromSeconds(30));
        waits.Add(now + TimeSpan.FromSeconds(10));
        Assert.Equal(now + TimeSpan.FromSeconds(30), waits.After(now + TimeSpan.FromSeconds(29)));
        Assert.Null(waits.After(now + TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task ARefusedRequestIsToldAndEveryOtherThatItHoldsUp()
    {
        var refusals = 0;
        var script = Scripted.By(_ => refusals++ == 0 ? Scripted.Status(429, ("Retry-After", "30")) : Scripted.Json("{}"));
        var (first, second) = (ContextOf(script), ContextOf(script));
        using var refused = ClientOf(first);
        using var other = ClientOf(second);
        var until = _time.GetUtcNow() + TimeSpan.FromSeconds(30);

        var waiting = refused.GetAsync("items", Cancellation);
        await UntilAsync(() => first.Waits.After(_time.GetUtcNow()) == until);
        Assert.Null(second.Waits.After(_time.GetUtcNow()));
        var held = other.GetAsync("items", Cancellation);
        await UntilAsync(() => second.Waits.After(_time.GetUtcNow()) == until);

        _time.Advance(TimeSpan.FromSeconds(30));
        (await waiting).Dispose();
        (await held).Dispose();
        Assert.Null(first.Waits.After(_time.GetUtcNow()));
    }

    [Fact]
    public async Task ARequestThatWaitsEndsAtOnceWhenItIsCancelled()
    {
        var script = Scripted.By(_ => Scripted.Status(503, ("Retry-After", "60")));
        var context = ContextOf(script);
        using var client = ClientOf(context);
        using var cancel = new CancellationTokenSource();
        var waiting = client.GetAsync("items", cancel.Token);
        await UntilAsync(() => context.Waits.After(_time.GetUtcNow()) is not null);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Cancellation));
        Assert.Single(script.Seen);
    }

    [Fact]
    public async Task ARequestThatWouldBeHeldForTooLongEndsAsOneThatIsToldSo()
    {
        var script = Scripted.By(_ => Scripted.Status(429, ("Retry-After", "240")));
        var context = ContextOf(script);
        using var client = ClientOf(context);
        var host = _hosts.For("things.example", 10, _time);
        host.CloseFor(TimeSpan.FromMinutes(4));
        var held = client.GetAsync("items", Cancellation);
        await UntilAsync(() => context.Waits.After(_time.GetUtcNow()) is not null);

        // Meanwhile another sync of the host is told to wait longer: this request would be held for eight minutes.
        _time.Advance(TimeSpan.FromMinutes(3));
        host.CloseFor(TimeSpan.FromMinutes(5));
        _time.Advance(TimeSpan.FromMinutes(1));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => held.WaitAsync(Cancellation));
        Assert.Equal(
            (
                "Things (https://things.example/api/items): has had enough requests (429) and asks to wait for 240 seconds.",
                FailureKind.Retry,
                TimeSpan.FromMinutes(4)
            ),
            (failure.Message, failure.Kind, failure.RetryAfter!.Value)
        );
        Assert.Empty(script.Seen);

        // Its place is free again.
        _time.Advance(TimeSpan.FromMinutes(4));
        using var place = await host.EnterAsync(TimeSpan.Zero, Cancellation).WaitAsync(Cancellation);
    }

    [Fact]
    public async Task APartOfABatchThatIsAskedForAgainLaterIsToldToo()
    {
        const string Refused = """{"responses":[{"id":"0","status":429,"headers":{"Retry-After":"20"}}]}""";
        const string Given = """{"responses":[{"id":"0","status":200,"body":{"name":"n"}}]}""";
        var asked = 0;
        var script = Scripted.By(_ => Scripted.Json(asked++ == 0 ? Refused : Given));
        var context = ContextOf(script);
        using var client = ClientOf(context);
        var until = _time.GetUtcNow() + TimeSpan.FromSeconds(20);

        var waiting = new GraphBatch(client, "Files.Read.All").GetAsync(["/drives/d"], Cancellation);
        await UntilAsync(() => context.Waits.After(_time.GetUtcNow()) == until);
        _time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal("n", (await waiting.WaitAsync(Cancellation))[0].Body!.Value.GetProperty("name").GetString());
    }

    [Fact]
    public async Task APartOfABatchThatAsksForTooMuchTimeEndsAsARequestThatDoes()
    {
        const string Busy = """{"responses":[{"id":"0","status":503,"headers":{"Retry-After":"600"}}]}""";
        using var client = ClientOf(ContextOf(Scripted.By(_ => Scripted.Json(Busy))));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            new GraphBatch(client, "Files.Read.All").GetAsync(["/drives/d"], Cancellation)
        );

        Assert.Equal("Microsoft Graph (/drives/d): has had enough requests (503) and asks to wait for 600 seconds.", failure.Message);
        Assert.Equal((FailureKind.Retry, TimeSpan.FromMinutes(10)), (failure.Kind, failure.RetryAfter));
    }

    private SourceContext ContextOf(Scripted script) => script.Context with { TimeProvider = _time, Hosts = _hosts };

    private static RestClient ClientOf(SourceContext context) =>
        new(
            new RestClientOptions
            {
                Name = "Things",
                Address = new Uri("https://things.example/api/"),
                Signer = RequestSigner.None,
                SignInHint = "Check token.",
                PermissionHint = "Grant read.",
            },
            context,
            RestClient.CreateHttp(context)
        );

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
