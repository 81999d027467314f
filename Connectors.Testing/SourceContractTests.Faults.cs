using Connectors.Abstractions;
using Xunit;

namespace Connectors.Testing;

/// <content>What a source does when its backend is down, fails at a call, changes, or is given up.</content>
public abstract partial class SourceContractTests
{
    /// <summary>The ping asks the backend.</summary>
    [Fact]
    public async Task AHealthyBackendAnswersThePing()
    {
        await using var source = Open();
        await source.PingAsync(Cancellation);
        Assert.True(Fixture.Calls.Count > 0, "A ping that asks nobody tells nothing. (Or the fixture does not count calls.)");
    }

    /// <summary>The ping says what is wrong in a sentence for the operator.</summary>
    [Fact]
    public async Task ABackendThatIsDownFailsThePingWithASentence()
    {
        Fixture.Calls.Reset(failFrom: 0);
        await using var source = Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.True(failure.Message.Length > 15, failure.Message);
        Assert.DoesNotContain("Exception", failure.Message, StringComparison.Ordinal);
        AssertNoSecret(failure.ToString());
    }

    /// <summary>Whichever call fails: nothing looks like an end, and the source can be read afterwards.</summary>
    [Fact]
    public async Task AFailureAtAnyCallIsNotSwallowedAndCanBeGotOver()
    {
        var broken = 0;
        for (var call = 0; ; call++)
        {
            Fixture.Calls.Reset(failFrom: call);
            await using var source = Open();
            var (pages, failure) = await ReadUntilFailureAsync(source);
            if (Fixture.Calls.Failed == 0)
            {
                Assert.True(broken > 0, "No call could be made to fail.");
                return;
            }

            broken++;
            Assert.InRange(broken, 1, 500);
            if (failure is not null)
            {
                AssertNoSecret(failure.ToString());
                Assert.IsType<ConnectorException>(failure);
                Fixture.Calls.Reset();
                await AssertAllIsReadAfterwardsAsync(source);
            }
            else if (pages.All(page => page.Gap is null))
            {
                var seen = pages.SelectMany(page => page.Unreadable).Concat(pages.Ids()).ToHashSet(StringComparer.Ordinal);
                Assert.True(
                    seen.IsSupersetOf(Fixture.Ids),
                    $"Call {call} failed, the reading ended as if it had not, and documents are missing."
                );
            }
        }
    }

    /// <summary>A read that is cancelled, at whichever call, ends, and the next one finds everything.</summary>
    [Fact]
    public async Task ACancelledReadStopsAndDoesNoHarm()
    {
        await using var source = Open();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var partition = (await source.PartitionAsync(1, Cancellation))[0];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.PageAsync(partition, PageToken.Start, Small, cancelled.Token));
        var first = await source.PageAsync(partition, PageToken.Start, Small, Cancellation);
        for (var call = 0; call < 10; call++)
        {
            using var stop = new CancellationTokenSource();
            Fixture.Calls.ResetAndObserve(call, stop.Cancel);
            await using var other = Open();
            try
            {
                Assert.Equal(first.Documents, (await other.PageAsync(partition, PageToken.Start, Small, stop.Token)).Documents);
            }
            catch (OperationCanceledException)
            {
                Assert.True(stop.IsCancellationRequested);
            }

            Fixture.Calls.Reset();
            Assert.Equal(first.Documents, (await other.PageAsync(partition, PageToken.Start, Small, Cancellation)).Documents);
        }
    }

    /// <summary>"Unchanged" is only said when nothing changed.</summary>
    [Fact]
    public async Task AChangeIsNeverMissed()
    {
        await using var before = Open();
        var answer = await before.HasChangedAsync(lastToken: null, Cancellation);
        Assert.True(answer.HasChanged, "Before the first sync everything is new.");
        AssertNoSecret(answer.ChangeToken);
        await Fixture.ChangeAsync(Cancellation);
        await using var after = Open();
        Assert.True((await after.HasChangedAsync(answer.ChangeToken, Cancellation)).HasChanged);
        Assert.True((await after.HasChangedAsync("not a mark", Cancellation)).HasChanged);
    }

    /// <summary>No secret is in a message, a log line, a token or a document.</summary>
    [Fact]
    public async Task SecretsAreNeverPrinted()
    {
        await using var source = Open();
        var sensitive = source.Description.Fields.Where(field => field.Sensitive).Select(field => Fixture.Values[field.Name]?.ToString());
        Assert.All(sensitive.Where(value => !string.IsNullOrEmpty(value)), value => Assert.Contains(value!, Fixture.Secrets));
        await source.PingAsync(Cancellation);
        foreach (var page in await source.AllAsync(2, Small, Cancellation))
        {
            AssertNoSecret(page.Partition.ToString() + page.Next + page.Gap + string.Concat(page.Problems) + string.Concat(page.Documents));
        }

        AssertNoSecret(source.ToString());
        AssertNoSecret(_logs.Text);
    }

    /// <summary>An instance that was never used can be disposed, and twice.</summary>
    [Fact]
    public async Task ItCanBeDisposedTwiceAndUnused()
    {
        var source = Open();
        await source.DisposeAsync();
        await source.DisposeAsync();
    }
}
