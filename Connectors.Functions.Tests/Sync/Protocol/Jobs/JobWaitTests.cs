using System.Text.Json.Nodes;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Jobs;
using Xunit;

namespace Connectors.Tests.Sync.Protocol.Jobs;

public sealed class JobWaitTests
{
    private const string Waiting = """{"status": "pending", "created_at": "2026-11-23T22:00:00Z", "connector": {"id": "c"}}""";
    private const string Seen = """{"status": "connected", "last_seen": "2026-11-23T22:00:00Z"}""";

    [Theory]
    [InlineData("""{"status": "in_progress", "connector": {"id": "c"}}""", Seen, null)]
    [InlineData(Waiting, null, "nothing any more: its connector is gone. Cancel it")]
    [InlineData(Waiting, """{"deleted": true}""", "nothing any more: its connector is gone. Cancel it")]
    [InlineData(Waiting, """{"status": "needs_configuration"}""", "the connector's configuration")]
    [InlineData(Waiting, """{"status": "configured"}""", "a service: none has looked at the connector yet")]
    [InlineData(
        """{"status": "suspended", "created_at": "2026-11-23T22:00:00Z", "connector": {"id": "c"}}""",
        """{"status": "connected"}""",
        "a service, or elastic-ingest sync c, to go on: it was interrupted"
    )]
    [InlineData(
        """{"status": "suspended", "created_at": "2026-11-23T22:00:00Z", "connector": {"id": "c"}}""",
        Seen,
        "a service, or elastic-ingest sync c, to go on: it was interrupted"
    )]
    [InlineData(
        """{"status": "suspended", "created_at": "2026-11-23T22:00:00Z", "connector": {"id": "c"}}""",
        """{"status": "connected", "last_seen": "2026-11-20T08:15:00Z"}""",
        "a service, or elastic-ingest sync c, to go on: it was interrupted"
    )]
    [InlineData(
        Waiting,
        """{"status": "connected", "last_seen": "2026-11-20T08:15:00Z"}""",
        "a service: none has looked at the connector since 2026-11-20T08:15 UTC"
    )]
    [InlineData(Waiting, Seen, "the next look of the service that serves the connector")]
    [InlineData(
        """{"status": "pending", "created_at": "2026-11-23T21:57:00Z", "connector": {"id": "c"}}""",
        """{"status": "connected", "last_seen": "2026-11-23T21:56:00Z"}""",
        "a service: it seems that none serves the connector now; one looked at it last at 2026-11-23T21:56 UTC"
    )]
    public void WhatAJobWaitsForIsSaid(string job, string? connector, string? expected) => Assert.Equal(expected, Wait(job, connector));

    [Theory]
    [InlineData("""{"status": "in_progress", "worker_hostname": "vm", "connector": {"id": "c"}}""", "job 'other', which runs on vm")]
    [InlineData(
        """{"status": "suspended", "created_at": "2026-11-23T21:00:00Z", "connector": {"id": "c"}}""",
        "job 'other', which was created before it"
    )]
    [InlineData("""{"status": "in_progress", "connector": {"id": "d"}}""", "a free place in the service that serves the connector")]
    [InlineData(
        """{"status": "in_progress", "job_type": "access_control", "connector": {"id": "c"}}""",
        "the next look of the service that serves the connector"
    )]
    [InlineData(
        """{"status": "in_progress", "last_seen": "2026-11-23T21:59:00Z", "connector": {"id": "d"}}""",
        "the next look of the service that serves the connector"
    )]
    [InlineData(
        """{"status": "in_progress", "last_seen": "2026-11-23T21:59:00Z", "worker_hostname": "vm", "connector": {"id": "c"}}""",
        "job 'other' on vm, last heard of 120 s ago: its process may have died; it counts as abandoned at 22:04:00 UTC, and can be synced "
            + "again then"
    )]
    public void AJobWaitsForTheOneBeforeIt(string other, string expected) => Assert.Equal(expected, Wait(Waiting, Seen, other));

    private static string? Wait(string job, string? connector, params string[] others) =>
        JobWait.Of(
            new SyncJobRecord(Document("job", job)),
            [new SyncJobRecord(Document("job", job)), .. others.Select(other => new SyncJobRecord(Document("other", other)))],
            connector is null ? null : new ConnectorRecord(Document("c", connector)),
            Some.Time("2026-11-23T22:01:00Z")
        );

    private static StoredDocument Document(string id, string json) => new(id, JsonNode.Parse(json)!.AsObject(), 1, 1);
}
