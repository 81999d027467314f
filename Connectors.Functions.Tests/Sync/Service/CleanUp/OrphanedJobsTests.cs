using Connectors.Sync.Protocol;
using Xunit;

namespace Connectors.Tests.Sync.Service.CleanUp;

/// <summary>Jobs whose connector was deleted.</summary>
public sealed class OrphanedJobsTests
{
    private readonly ServiceFixture _fixture = new();

    [Theory]
    [InlineData("pending")]
    [InlineData("suspended")]
    public async Task AJobThatWaitsForADeletedConnectorIsCanceledAndNothingElseIsTouched(string status)
    {
        var connector = _fixture.AddConnector();
        var job = await _fixture.AddJobAsync(connector, $$"""{"status": "{{status}}"}""");
        _fixture.Store.Edit(ProtocolIndices.Connectors, connector, """{"deleted": true}""");
        var other = await _fixture.AddJobAsync(_fixture.AddConnector("""{"service_type": "sharepoint"}"""));

        await _fixture.RunOnceAsync();
        Assert.Equal(status, _fixture.Status(job));

        _fixture.Clock.Advance(TimeSpan.FromMinutes(6));
        await _fixture.RunOnceAsync();

        Assert.Equal(("canceled", "pending"), (_fixture.Status(job), _fixture.Status(other)));
        Assert.NotNull(_fixture.Job(job)["completed_at"]);
        Assert.NotNull(_fixture.Job(job)["canceled_at"]);
        Assert.Equal(2, _fixture.JobIds.Count);
        Assert.DoesNotContain(_fixture.Store.Updates, update => update.Index == ProtocolIndices.Connectors && update.Id == connector);
    }

    [Fact]
    public async Task AJobThatNamesNoConnectorIsCanceledToo()
    {
        _fixture.Store.Put(
            ProtocolIndices.SyncJobs,
            "by hand",
            Protocol.Some.Json("""{"status": "pending", "created_at": "2026-11-23T21:00:00Z"}""")
        );
        _fixture.Store.Put(ProtocolIndices.SyncJobs, "undated", Protocol.Some.Json("""{"status": "pending"}"""));

        await _fixture.RunOnceAsync();

        Assert.Equal(("canceled", "pending"), (_fixture.Status("by hand"), _fixture.Status("undated")));
    }

    [Fact]
    public async Task AConnectorThatTheSearchMissesIsAskedForByItsId()
    {
        var connector = _fixture.AddConnector("""{"service_type": "sharepoint"}""");
        var job = await _fixture.AddJobAsync(connector);
        _fixture.Store.HiddenFromSearch.Add(connector);
        _fixture.Clock.Advance(TimeSpan.FromMinutes(6));

        await _fixture.RunOnceAsync();

        Assert.Equal("pending", _fixture.Status(job));
    }

    [Fact]
    public async Task AJobThatIsTakenMeanwhileIsLeftAlone()
    {
        var job = await _fixture.AddJobAsync(_fixture.AddConnector());
        _fixture.Store.Edit(ProtocolIndices.SyncJobs, job, """{"status": "in_progress"}""");

        Assert.False(await _fixture.Service.Jobs.CancelWaitingAsync(job, TestContext.Current.CancellationToken));

        Assert.Equal("in_progress", _fixture.Status(job));
    }
}
