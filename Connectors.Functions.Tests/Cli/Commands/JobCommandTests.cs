using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Emulator.Faults;
using Connectors.Sync.Protocol;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

public sealed class JobCommandTests : IAsyncLifetime
{
    private EmulatorServer _elasticsearch = null!;
    private CliRun _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        _cli = new CliRun(_elasticsearch.Uri);
        await _cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "dir",
            "--index",
            "search-files",
            "--name",
            "files",
            "--id",
            "f1",
            "--set",
            $"directory={_cli.Files("a.txt")}"
        );
    }

    public async ValueTask DisposeAsync()
    {
        _cli.Dispose();
        await _elasticsearch.DisposeAsync();
    }

    [Fact]
    public async Task TheNewestJobsAreListedAndOneIsShown()
    {
        await _cli.RunAsync("sync", "f1");
        await _cli.RunAsync("sync", "f1");

        Assert.Equal(0, await _cli.RunAsync("job", "list", "--connector", "files", "--json"));
        var jobs = _cli.Out.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal([0, 1], jobs.Select(job => (int)job["indexedDocuments"]!));

        Assert.Equal(0, await _cli.RunAsync("job", "list", "--count", "1"));
        Assert.Matches(
            $"^Jobs, the newest first, times in UTC\n  job .*\n  {jobs[0]["id"]}  files +completed  ....-..-.. ..:..  0:00  0 +0\n$",
            _cli.Out.ToString()
        );

        Assert.Equal(0, await _cli.RunAsync("job", "show", (string)jobs[1]["id"]!));
        Assert.True(JsonNode.DeepEquals(jobs[1], JsonNode.Parse(_cli.Out.ToString())));
    }

    [Fact]
    public async Task JobsOfAConnectorThatWasDeletedAreListedByItsId()
    {
        await _cli.RunAsync("sync", "f1");
        Assert.Equal(0, await _cli.RunAsync("connector", "delete", "f1", "--yes"));

        Assert.Equal(0, await _cli.RunAsync("job", "list", "--connector", "f1", "--json"));

        Assert.Equal("f1", (string?)JsonNode.Parse(_cli.Out.ToString())!["connectorId"]);
        Assert.Equal(2, await _cli.RunAsync("job", "list", "--connector", "f2"));
        Assert.StartsWith("There is no connector with the id or name \"f2\".", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task JobsAreFoundByStateAndTheNewestAreRead()
    {
        for (var number = 10; number < 40; number++)
        {
            Put($"job{number}", number % 2 == 0 ? "completed" : "error", createdAt: $"2026-01-01T00:00:{number}+00:00");
        }

        Put("waits", "pending", createdAt: "2025-01-01T00:00:00+00:00");

        Assert.Equal(["job39", "job38", "job37"], await IdsAsync("--limit", "3"));
        Assert.Equal(["job39", "job37"], await IdsAsync("--limit", "2", "--status", "error", "--connector", "f1"));
        Assert.Equal(["waits"], await IdsAsync("--status", "unfinished"));
        Assert.Equal(20, (await IdsAsync()).Count);
        Assert.Equal(0, await _cli.RunAsync("job", "list", "--status", "suspended"));
        Assert.Equal("There are no such jobs.\n", _cli.Out.ToString());

        async Task<IReadOnlyList<string>> IdsAsync(params string[] more)
        {
            Assert.Equal(0, await _cli.RunAsync(["job", "list", "--json", .. more]));
            return [.. _cli.Out.ToString().TrimEnd().Split('\n').Select(line => (string)JsonNode.Parse(line)!["id"]!)];
        }
    }

    [Fact]
    public async Task AJobThatWaitsIsCanceledAtOnceAndOnlyOnce()
    {
        Put("waits", "pending");
        Put("runs", "in_progress", lastSeen: "2999-01-01T00:00:00+00:00");

        Assert.Equal(0, await _cli.RunAsync("job", "cancel", "waits"));
        Assert.Equal("Job 'waits' is canceled.\n", _cli.Out.ToString());
        Assert.Equal(0, await _cli.RunAsync("job", "cancel", "runs"));
        Assert.Equal("Job 'runs' will be canceled after its current page.\n", _cli.Out.ToString());
        Assert.Equal("canceling", (string?)JsonNode.Parse(_elasticsearch.Get(".elastic-connectors-sync-jobs", "runs")!)!["status"]);

        Put("done", "completed");
        Assert.Equal(1, await _cli.RunAsync("job", "cancel", "done"));
        Assert.Equal("Job 'done' is completed already: there is nothing to cancel.\n", _cli.Error.ToString());
    }

    [Fact]
    public async Task AJobOfWhichNothingWasHeardLatelyIsSaidToBe()
    {
        var seen = DateTimeOffset.UtcNow.AddSeconds(-100);
        var now = new FakeTimeProvider(seen.AddSeconds(100));
        _cli.Time = now;
        var ends = seen.AddMinutes(5).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        Put("runs", "in_progress", lastSeen: ProtocolTime.Format(seen));
        var job = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors-sync-jobs", "runs")!)!;
        job["metadata"]!["waits_until"] = ProtocolTime.Format(seen.AddMinutes(9));
        job["metadata"]!["waits_limit"] = ProtocolTime.Format(seen.AddMinutes(9));
        job["metadata"]!["waits_reason"] = "it answered 500";
        _elasticsearch.Put(".elastic-connectors-sync-jobs", "runs", job.ToJsonString());
        var silence =
            $"last heard of 100 s ago: its process may have died; it counts as abandoned at {ends} UTC, and can be synced again then";

        Assert.Equal(0, await _cli.RunAsync("job", "list"));
        Assert.Contains(silence, _cli.Out.ToString().ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain("waits for", _cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await _cli.RunAsync("job", "show", "runs"));
        var shown = JsonNode.Parse(_cli.Out.ToString())!;
        Assert.Equal((silence, null), ((string?)shown["silence"], (string?)shown["waitsReason"]));
        await _cli.RunAsync("doctor");
        Assert.Contains($"note  connector files: Its job 'runs' on another host was {silence}.\n", _cli.Out.ToString());

        Assert.Equal(0, await _cli.RunAsync("job", "cancel", "runs"));
        Assert.Equal(
            $"Job 'runs' will be canceled after its current page if its process is alive: it was last heard of 100 s ago. It counts as "
                + $"abandoned at {ends} UTC, and can be synced again then.\n",
            _cli.Out.ToString()
        );
        Assert.Equal("canceling", (string?)JsonNode.Parse(_elasticsearch.Get(".elastic-connectors-sync-jobs", "runs")!)!["status"]);
        now.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await _cli.RunAsync("job", "list"));
        Assert.Contains(": its process has died; the service that serves", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJobThatNobodyRunsAnyMoreIsCanceledAtOnce()
    {
        Put("left", "in_progress", lastSeen: "2026-01-01T00:00:00+00:00");

        Assert.Equal(0, await _cli.RunAsync("job", "cancel", "left"));

        Assert.Equal("Job 'left' is canceled: nobody was running it any more.\n", _cli.Out.ToString());
        Assert.Equal("canceled", (string?)JsonNode.Parse(_elasticsearch.Get(".elastic-connectors-sync-jobs", "left")!)!["status"]);
    }

    [Fact]
    public async Task TheCleanUpEndsWhatWasToBeCanceledAndWhatIsSilent()
    {
        Put("left", "canceling", lastSeen: "2026-01-01T00:00:00+00:00");
        Put("silent", "in_progress", lastSeen: "2026-01-01T00:00:00+00:00");
        Put("alive", "canceling", lastSeen: "2999-01-01T00:00:00+00:00");

        Assert.Equal(0, await _cli.RunAsync("cleanup"));

        Assert.Equal("1 abandoned job canceled, as was asked for.\n1 abandoned job marked as failed.\n", _cli.Out.ToString());
        Assert.Equal(
            ["canceled", "error", "canceling"],
            new[] { "left", "silent", "alive" }.Select(id =>
                (string?)JsonNode.Parse(_elasticsearch.Get(".elastic-connectors-sync-jobs", id)!)!["status"]
            )
        );
    }

    [Fact]
    public async Task AJobIsFollowedUntilItEnds()
    {
        Put("runs", "in_progress", 0);
        var first = true;
        _elasticsearch.Faults.Add(
            FaultRule.RefuseCall(404) with
            {
                // The first answer shows it running; by the second it has ended.
                Request = request =>
                {
                    if (request.Method == "GET" && request.Path.EndsWith("/_doc/runs", StringComparison.Ordinal) && !first)
                    {
                        Put("runs", "completed", 1_200);
                    }

                    first &= !request.Path.EndsWith("/_doc/runs", StringComparison.Ordinal);
                    return false;
                },
            }
        );

        Assert.Equal(0, await _cli.RunAsync("job", "tail", "runs"));

        Assert.Equal("in_progress: 0 read, 0 written, 0 deleted\ncompleted: 1,200 read, 1,200 written, 0 deleted\n", _cli.Out.ToString());
    }

    [Fact]
    public async Task ThatAFollowedJobIsSilentIsSaidOnce()
    {
        Put("runs", "in_progress", lastSeen: ProtocolTime.Format(DateTimeOffset.UtcNow.AddSeconds(-100)));
        var asked = 0;
        _elasticsearch.Faults.Add(
            FaultRule.RefuseCall(404) with
            {
                Request = request =>
                {
                    if (request.Path.EndsWith("/_doc/runs", StringComparison.Ordinal) && ++asked == 3)
                    {
                        Put("runs", "completed", 1_200);
                    }

                    return false;
                },
            }
        );

        Assert.Equal(0, await _cli.RunAsync("job", "tail", "runs"));

        Assert.Matches(
            "^in_progress: 0 read, 0 written, 0 deleted, last heard of 1.. s ago: .*\ncompleted: 1,200 read, 1,200 written, 0 deleted\n$",
            _cli.Out.ToString()
        );
    }

    [Fact]
    public async Task AFollowedJobThatFailedEndsWithOne()
    {
        Put("broke", "error", 3, "The folder is gone.");

        Assert.Equal(1, await _cli.RunAsync("job", "tail", "broke"));

        Assert.Equal("error: 3 read, 3 written, 0 deleted. The folder is gone.\n", _cli.Out.ToString());
    }

    [Fact]
    public async Task AConnectorIsShownWithoutItsSecrets()
    {
        await _cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "mongodb",
            "--index",
            "search-m",
            "--name",
            "shop",
            "--id",
            "m",
            "--set",
            "host=mongodb://127.0.0.1:1",
            "--set",
            "user=u",
            "--set",
            "password=hunter2",
            "--set",
            "database=d",
            "--set",
            "collection=c"
        );

        Assert.Equal(0, await _cli.RunAsync("connector", "show", "shop"));

        var shown = JsonNode.Parse(_cli.Out.ToString())!;
        Assert.Equal(
            ("m", "search-m", "d"),
            ((string?)shown["id"], (string?)shown["indexName"], (string?)shown["configuration"]!["database"])
        );
        Assert.DoesNotContain("hunter2", _cli.Out.ToString() + _cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("job tail none", "There is no job with the id \"none\". `elastic-ingest job list` shows the newest ones.\n")]
    [InlineData("connector show fils", "There is no connector with the id or name \"fils\". Did you mean files?\n")]
    [InlineData("job show none", "There is no job with the id \"none\". `elastic-ingest job list` shows the newest ones.\n")]
    [InlineData("job cancel none", "There is no job with the id \"none\". `elastic-ingest job list` shows the newest ones.\n")]
    [InlineData("job list --connector fils", "There is no connector with the id or name \"fils\". Did you mean files?\n")]
    [InlineData(
        "job list --status eror",
        "--status: \"eror\" is not a job state. Did you mean error?\nSee elastic-ingest job list --help.\n"
    )]
    [InlineData("job list --limit 0", "--limit: \"0\" is not a number from 1 to 1000.\nSee elastic-ingest job list --help.\n")]
    public async Task WhatIsNotThereIsSaid(string line, string expected)
    {
        Assert.Equal(2, await _cli.RunAsync(line.Split(' ')));
        Assert.Equal(expected, _cli.Error.ToString());
    }

    private void Put(
        string id,
        string status,
        int written = 0,
        string? error = null,
        string createdAt = "2026-01-01T00:00:00+00:00",
        string? lastSeen = null
    ) =>
        _elasticsearch.Put(
            ".elastic-connectors-sync-jobs",
            id,
            new JsonObject
            {
                ["connector"] = new JsonObject { ["id"] = "f1" },
                ["status"] = status,
                ["error"] = error,
                ["indexed_document_count"] = written,
                ["metadata"] = new JsonObject { ["read"] = written },
                ["created_at"] = createdAt,
                ["last_seen"] = lastSeen,
            }.ToJsonString()
        );
}
