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
        Assert.True(
            Fixture.Calls.Count > 0,
            "PingAsync makes no call, and so tells nothing: ask the backend. (Or the fixture's backend does not ask Calls.Enter().)"
        );
    }

    /// <summary>The ping says what is wrong in a sentence for the operator.</summary>
    [Fact]
    public async Task ABackendThatIsDownFailsThePingWithASentence()
    {
        Fixture.Calls.Reset(failFrom: 0);
        await using var source = Open();
        var failure = await Record.ExceptionAsync(() => source.PingAsync(Cancellation));
        if (failure is null)
        {
            Assert.Fail("Every call fails, and PingAsync does not. (Or the fixture's backend does not fail when Calls.Enter() says no.)");
        }

        ContractAssert.IsForeseen(failure, "PingAsync, whose every call fails,");
        Assert.True(
            failure.Message.Length > 15 && !failure.Message.Contains("Exception", StringComparison.Ordinal),
            $"PingAsync fails with '{failure.Message}': say in a sentence what failed, where, and what to do."
        );
        AssertNoSecret(failure.ToString(), "What PingAsync fails with");
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
                Assert.True(
                    broken > 0,
                    "No call could be made to fail: the fixture's backend asks Calls.Enter() at each, and fails it when the answer is no."
                );
                return;
            }

            broken++;
            Assert.True(broken <= 500, "To read all documents takes more than 500 calls: give the fixture's backend fewer.");
            if (failure is not null)
            {
                AssertNoSecret(failure.ToString(), $"What a reading fails with whose call {call + 1} fails");
                ContractAssert.IsForeseen(failure, $"A reading whose call {call + 1} fails");
                Fixture.Calls.Reset();
                var read = (await source.AllAsync(2, Small, Cancellation)).Ids();
                ContractAssert.Ids(Fixture.Ids, read, $"Read by the same instance after its call {call + 1} had failed");
            }
            else if (pages.All(page => page.Gap is null))
            {
                var seen = pages.SelectMany(page => page.Unreadable).Concat(pages.Ids());
                var missing = Fixture.Ids.Except(seen, StringComparer.Ordinal).FirstOrDefault();
                Assert.True(
                    missing is null,
                    $"Call {call + 1} failed, the reading ended as if it had not, and '{missing}' is missing, so it would be deleted. "
                        + "Throw what failed."
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
        var failure = await Record.ExceptionAsync(() => source.PageAsync(partition, PageToken.Start, Small, cancelled.Token));
        Assert.True(
            failure is OperationCanceledException,
            $"ReadPageAsync was cancelled before it began, and {(failure is null ? "gave a page" : $"threw {failure.GetType().Name}")}: "
                + "hand the token on to every call, and let OperationCanceledException through."
        );
        var first = await source.PageAsync(partition, PageToken.Start, Small, Cancellation);
        for (var call = 0; call < 10; call++)
        {
            using var stop = new CancellationTokenSource();
            Fixture.Calls.ResetAndObserve(call, stop.Cancel);
            await using var other = Open();
            try
            {
                var page = await other.PageAsync(partition, PageToken.Start, Small, stop.Token);
                ContractAssert.Same(first.Documents, page.Documents, $"The first page, cancelled at call {call + 1}");
            }
            catch (OperationCanceledException)
            {
                Assert.True(stop.IsCancellationRequested, "ReadPageAsync says that it was cancelled, and it was not.");
            }

            Fixture.Calls.Reset();
            var again = await other.PageAsync(partition, PageToken.Start, Small, Cancellation);
            ContractAssert.Same(first.Documents, again.Documents, $"The first page, after a reading that was cancelled at call {call + 1}");
        }
    }

    /// <summary>"Unchanged" is only said when nothing changed.</summary>
    [Fact]
    public async Task AChangeIsNeverMissed()
    {
        await using var before = Open();
        var answer = await before.HasChangedAsync(lastToken: null, Cancellation);
        Assert.True(answer.HasChanged, "HasChangedAsync without a mark says no: before the first sync everything is new.");
        AssertNoSecret(answer.ChangeToken, "The mark of HasChangedAsync");
        await Fixture.ChangeAsync(Cancellation);
        await using var after = Open();
        Assert.True(
            (await after.HasChangedAsync(answer.ChangeToken, Cancellation)).HasChanged,
            "HasChangedAsync says no after the fixture's ChangeAsync: take a mark that every change moves, or say "
                + "ChangeCheckResult.Unknown."
        );
        Assert.True(
            (await after.HasChangedAsync("not a mark", Cancellation)).HasChanged,
            "HasChangedAsync says no to a mark that it never gave: say yes when in doubt."
        );
    }

    /// <summary>No secret is in a message, a log line, a token or a document.</summary>
    [Fact]
    public async Task SecretsAreNeverPrinted()
    {
        await using var source = Open();
        foreach (var name in source.Description.Fields.Where(field => field.Sensitive).Select(field => field.Name))
        {
            Assert.True(
                Fixture.Values[name]?.ToString() is not { Length: > 0 } value || Fixture.Secrets.Contains(value),
                $"The field '{name}' is sensitive, and its value in the fixture's Values is not among the fixture's Secrets: add it."
            );
        }

        foreach (var field in source.Description.Fields.Where(field => !field.Sensitive))
        {
            Assert.False(
                Fixture.Values[field.Name]?.ToString() is { Length: > 0 } value && Fixture.Secrets.Contains(value),
                $"The value of the field '{field.Name}' is among the fixture's Secrets, and the field is not sensitive, so Kibana shows "
                    + "what users enter: set Sensitive."
            );
        }

        await source.PingAsync(Cancellation);
        foreach (var page in await source.AllAsync(2, Small, Cancellation))
        {
            AssertNoSecret(page.Partition.ToString(), "The name or the bounds of a partition");
            AssertNoSecret(page.Next.ToString(), "The token of a page");
            AssertNoSecret(page.Gap + string.Concat(page.Problems), "What a page tells of a gap or a problem");
            Assert.All(page.Documents, document => AssertNoSecret(document.ToString(), $"Document '{document.Id}'"));
        }

        AssertNoSecret(source.ToString(), "ToString() of the source");
        AssertNoSecret(_logs.Text, "The log");
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
