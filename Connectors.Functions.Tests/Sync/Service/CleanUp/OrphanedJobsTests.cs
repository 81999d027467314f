using Connectors.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Sync.Service.CleanUp;

/// <summary>Jobs whose connector was deleted.</summary>
public sealed class OrphanedJobsTests
{
    private readonly ServiceBed _bed = new();

    [Theory]
    [InlineData("pending")]
    [InlineData("suspended")]
    public async Task AJobThatWaitsForADeletedConnectorIsCanceledAndNothingElseIsTouched(string status)
    {
        var connector = _bed.AddConnector();
        var job = await _bed.AddJobAsync(connector, $$"""{"status": "{{status}}"}""");
        _bed.Store.Edit(ProtocolIndices.Connectors, connector, """{"deleted": true}""");
        var other = await _bed.AddJobAsync(_bed.AddConnector("""{"service_type": "sharepoint"}"""));

        await _bed.RunOnceAsync();
        Assert.Equal(status, _bed.Status(job));

        _bed.Clock.Advance(TimeSpan.FromMinutes(6));
        await _bed.RunOnceAsync();

        Assert.Equal(("canceled", "pending"), (_bed.Status(job), _bed.Status(other)));
        Assert.NotNull(_bed.Job(job)["completed_at"]);
        Assert.NotNull(_bed.Job(job)["canceled_at"]);
        Assert.Equal(2, _bed.JobIds.Count);
        Assert.DoesNotContain(_bed.Store.Updates, update => update.Index == ProtocolIndices.Connectors && update.Id == connector);
    }

    [Fact]
    public async Task AJobThatNamesNoConnectorIsCanceledToo()
    {
        _bed.Store.Put(
            ProtocolIndices.SyncJobs,
            "by hand",
            Protocol.Some.Json("""{"status": "pending", "created_at": "2026-11-23T21:00:00Z"}""")
        );
        _bed.Store.Put(ProtocolIndices.SyncJobs, "undated", Protocol.Some.Json("""{"status": "pending"}"""));

        await _bed.RunOnceAsync();

        Assert.Equal(("canceled", "pending"), (_bed.Status("by hand"), _bed.Status("undated")));
    }

    [Fact]
    public async Task AConnectorThatTheSearchMissesIsAskedForByItsId()
    {
        var connector = _bed.AddConnector("""{"service_type": "sharepoint"}""");
        var job = await _bed.AddJobAsync(connector);
        _bed.Store.HiddenFromSearch.Add(connector);
        _bed.Clock.Advance(TimeSpan.FromMinutes(6));

        await _bed.RunOnceAsync();

        Assert.Equal("pending", _bed.Status(job));
    }

    [Fact]
    public async Task AJobThatIsTakenMeanwhileIsLeftAlone()
    {
        var job = await _bed.AddJobAsync(_bed.AddConnector());
        _bed.Store.Edit(ProtocolIndices.SyncJobs, job, """{"status": "in_progress"}""");

        Assert.False(await _bed.Service.Jobs.CancelWaitingAsync(job, TestContext.Current.CancellationToken));

        Assert.Equal("in_progress", _bed.Status(job));
    }
}
