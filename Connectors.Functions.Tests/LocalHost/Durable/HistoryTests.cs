using Connectors.LocalHost.Durable.History;
using Connectors.Tests.Support;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Connectors.Tests.LocalHost.Durable;

/// <summary>The fold over a history, and the history on disk, without anything that runs.</summary>
public sealed class HistoryTests
{
    private static readonly DateTime At = new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void AnAnswerIsTakenOnceAndOnlyToWhatWasAsked()
    {
        var state = Begun(new ActivityCalled(0, "A", null), new TimerCreated(1, At));
        Assert.False(state.Accepts(new TaskCompleted(At, 1, null)));
        Assert.False(state.Accepts(new TimerFired(At, 0)));
        Assert.False(state.Accepts(new TaskCompleted(At, 2, null)));
        var answer = new TaskCompleted(At, 0, "1");
        Assert.True(state.Accepts(answer));
        state.Apply(answer);
        Assert.False(state.Accepts(answer));
        Assert.False(state.Accepts(new TaskFailed(At, 0, new Failure("E", "e"))));
        Assert.Equal([new TimerCreated(1, At)], state.Open);
    }

    [Fact]
    public void AnEventOfAnOrchestratorIsTakenOnceAndOneFromOutsideAlways()
    {
        var state = Begun();
        var sent = new EventRaised(At, "a", "1", new EventSender("other", 7));
        state.Apply(sent);
        Assert.False(state.Accepts(sent));
        Assert.False(state.Accepts(sent with { Sender = new EventSender("other", 6) }));
        Assert.True(state.Accepts(sent with { Sender = new EventSender("other", 8) }));
        Assert.True(state.Accepts(sent with { Sender = new EventSender("third", 1) }));
        state.Apply(new EventRaised(At, "a", "1"));
        Assert.True(state.Accepts(new EventRaised(At, "a", "1")));
    }

    [Fact]
    public void ATurnIsDueWhenThereIsNewsAndNothingHoldsItBack()
    {
        var state = new OrchestrationState(Start with { NotBefore = At.AddHours(1) });
        Assert.False(state.IsTurnDue(At));
        Assert.True(state.IsTurnDue(At.AddHours(1)));
        state.Apply(new Turn(At.AddHours(1), 1, [], null, null));
        Assert.False(state.IsTurnDue(At.AddHours(2)));

        state.Apply(new Suspended(At, "why"));
        state.Apply(new EventRaised(At, "a", null));
        Assert.False(state.IsTurnDue(At.AddHours(2)));
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, state.Status);
        state.Apply(new Resumed(At, null));
        Assert.True(state.IsTurnDue(At.AddHours(2)));
        state.Apply(new Suspended(At, "again"));
        state.Apply(new TerminationRequested(At, null, false));
        Assert.True(state.IsTurnDue(At.AddHours(2)));
    }

    [Fact]
    public void NothingReachesAnInstanceAfterItsEnd()
    {
        var state = Begun(new ActivityCalled(0, "A", null));
        state.Apply(new Turn(At, 1, [], "\"half\"", new Completed("1")));
        Arrival[] arrivals =
        [
            new TaskCompleted(At, 0, null),
            new EventRaised(At, "a", null),
            new Suspended(At, null),
            new TerminationRequested(At, null, true),
        ];
        Assert.All(arrivals, arrival => Assert.False(state.Accepts(arrival)));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, state.Status);
        Assert.Equal("\"half\"", state.CustomStatus);
        Assert.False(state.IsTurnDue(At));
    }

    [Fact]
    public void WhatADeadProcessMayNotHaveDoneIsWhatIsOpenAndTheLastEvents()
    {
        ActivityCalled activity = new(0, "A", null);
        EventSent first = new(1, "other", "a", null);
        var state = Begun(activity, first);
        Assert.Equal([activity, first], state.Unfinished);
        TimerCreated timer = new(2, At);
        state.Apply(new TaskCompleted(At, 0, null));
        state.Apply(new Turn(At, 2, [timer], null, null));
        Assert.Equal([timer], state.Unfinished);
    }

    [Fact]
    public async Task EveryRecordComesBackFromDiskAsItWas()
    {
        using var folder = TemporaryFolder.With();
        var inner = new Failure("E", "e", "at", new Failure("I", "i"), IsFinal: true);
        HistoryRecord[] records =
        [
            new Turn(
                At,
                1,
                [
                    new ActivityCalled(4, "A", "{}"),
                    new SubOrchestrationCalled(5, "B", "b", null),
                    new TimerCreated(6, At.AddDays(1)),
                    new EventSent(7, "x", "e", "1"),
                ],
                "2",
                null
            ),
            new TaskCompleted(At, 4, "1"),
            new TaskFailed(At, 5, inner),
            new TimerFired(At, 6),
            new EventRaised(At, "n", null, new EventSender("s", 1)),
            new Suspended(At, "r"),
            new Resumed(At, null),
            new TerminationRequested(At, "o", true),
            new OrchestratorViolation(At, inner),
        ];
        var start = Start with
        {
            FirstTaskId = 4,
            Parent = new Parent("P", "p", "pe", 3),
            Carried = [new EventRaised(At, "c", "1")],
            LastDecisions = [new EventSent(3, "x", "e", "1")],
        };
        var expected = new OrchestrationState(start);
        using (var store = new HistoryStore(folder.Path))
        {
            await store.BeginAsync(start, Cancellation);
            foreach (var record in records)
            {
                await store.AppendAsync("one", record, Cancellation);
                expected.Apply(record);
            }
        }

        using var again = new HistoryStore(folder.Path);
        var state = Assert.Single(await again.LoadAsync(Cancellation));
        Assert.Equivalent(expected.Snapshot(), state.Snapshot(), strict: true);
        Assert.Equal(At.AddDays(1), state.Snapshot().Turns[0].Decisions.OfType<TimerCreated>().Single().FireAt);
        Assert.Equal(DateTimeKind.Utc, state.Start.At.Kind);
    }

    [Fact]
    public async Task ATornLineIsCutOffAndTheNextOneIsWhole()
    {
        using var folder = TemporaryFolder.With();
        using (var store = new HistoryStore(folder.Path))
        {
            await store.BeginAsync(Start, Cancellation);
            await store.AppendAsync("one", new Turn(At, 1, [], null, null), Cancellation);
        }

        var path = Directory.GetFiles(folder.Path, "*.jsonl").Single();
        await File.AppendAllTextAsync(path, """{"is":"raised","Name":"a","At":"2026-""", Cancellation);
        using (var store = new HistoryStore(folder.Path))
        {
            Assert.Single(Assert.Single(await store.LoadAsync(Cancellation)).Snapshot().Arrivals);
            await store.AppendAsync("one", new EventRaised(At, "b", null), Cancellation);
        }

        using var again = new HistoryStore(folder.Path);
        Assert.Equal("b", Assert.IsType<EventRaised>((await again.LoadAsync(Cancellation))[0].Snapshot().Arrivals[^1]).Name);
    }

    [Fact]
    public async Task ABrokenLineInTheMiddleIsNamed()
    {
        using var folder = TemporaryFolder.With();
        using var store = new HistoryStore(folder.Path);
        await store.BeginAsync(Start, Cancellation);
        await File.AppendAllTextAsync(Directory.GetFiles(folder.Path, "*.jsonl").Single(), "not json\n", Cancellation);
        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => store.LoadAsync(Cancellation));
        Assert.Contains("line 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderIsUsedByOneHostAtATime()
    {
        using var folder = TemporaryFolder.With();
        using var store = new HistoryStore(folder.Path);
        var refusal = Assert.Throws<IOException>(() => new HistoryStore(folder.Path));
        Assert.Contains(folder.Path, refusal.Message, StringComparison.Ordinal);
    }

    private static ExecutionStarted Start => new(At, "one", "execution", "Orchestrator", "1", At);

    private static OrchestrationState Begun(params Decision[] decisions)
    {
        var state = new OrchestrationState(Start);
        state.Apply(new Turn(At, 1, decisions, null, null));
        return state;
    }
}
