using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Emulator;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Cli.Screen;

/// <summary>What a person sees of lists, at the widths of a terminal.</summary>
public sealed partial class ListingsOnATerminalTests : IAsyncLifetime
{
    private const string Refused =
        "The sync would delete 5,000 of 20,000 documents of search-orders, more than elasticsearch.delete_guard.max_percent (15 %) allows. "
        + "Nothing was deleted. If it is meant, sync once with --allow-mass-delete, or raise the setting.";

    private EmulatorServer _elasticsearch = null!;
    private CliRun _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        _cli = new CliRun(_elasticsearch.Uri);
        await _cli.RunAsync("list", "connectors");
        Connector("xK2f4gBnq0aT7sWc9LpQdA", "orders of the northern sales region", "mongodb", "needs_configuration", null);
        Connector("hL3d8sQ1kTz5vB7nM9xWcA", "notes", "dir", "connected", null);
        Connector("wiki", "wiki", "confluence", "error", "Confluence refuses the token. Set another one in the connector's configuration.");
        Job("b6d927d8dc83a25ed5291e4f568e3aa1", "xK2f4gBnq0aT7sWc9LpQdA", "error", "10:05", Refused);
        Job("2vWGQxlAv0qK1LyZRY5dkw", "hL3d8sQ1kTz5vB7nM9xWcA", "in_progress", "10:04", null);
        Job("a906469ca26d09c27bb0cfda42dd78cc", "hL3d8sQ1kTz5vB7nM9xWcA", "completed", "10:03", null);
        Job("nN1GQWJvE2pV3vTgJH6tAw", "deleted-long-ago", "canceled", "10:02", null);
    }

    public async ValueTask DisposeAsync()
    {
        _cli.Dispose();
        await _elasticsearch.DisposeAsync();
    }

    [Theory]
    [InlineData(80)]
    [InlineData(50)]
    [InlineData(null)]
    public async Task IdsStatesAndNamesAreNeverBroken(int? columns)
    {
        var seen = new StringBuilder();
        foreach (
            var command in (string[][])
                [
                    ["connector", "list"],
                    ["job", "list"],
                    ["job", "list", "--status", "pending"],
                ]
        )
        {
            using var screen = columns is { } width ? new TerminalScreen(width, 24) : null;
            _cli.Screen = screen;
            Assert.Equal(0, await _cli.RunAsync(command));
            var text = screen?.Text ?? _cli.Out.ToString();
            seen.Append($"$ elastic-ingest {string.Join(' ', command)}\n{text}\n");
        }

        foreach (var word in new[] { "xK2f4gBnq0aT7sWc9LpQdA", "b6d927d8dc83a25ed5291e4f568e3aa1", "in_progress", "needs_configuration" })
        {
            Assert.Contains(word, seen.ToString(), StringComparison.Ordinal);
        }

        Approved.Verify(seen.ToString(), $"Connectors.Functions.Tests/Cli/Screen/lists-{columns?.ToString() ?? "piped"}.approved.txt");
    }

    [Theory]
    [InlineData(80)]
    [InlineData(50)]
    public async Task NoLineOfAListIsBrokenByTheTerminal(int columns)
    {
        foreach (
            var command in (string[][])
                [
                    ["source", "list"],
                    ["list", "sources"],
                    ["connector", "list"],
                    ["job", "list"],
                ]
        )
        {
            using var wide = new TerminalScreen(1_000, 1_000);
            wide.Narrow(columns);
            _cli.Screen = wide;
            Assert.Equal(0, await _cli.RunAsync(command));
            Assert.DoesNotContain(wide.Text.Split('\n'), line => line.Length > columns);
        }
    }

    [Theory]
    [InlineData("list sources", 50, "^    google_workspace_email_for_shared_drives_sync$")]
    [InlineData("list sources", 80, "^    google_workspace_email_for_shared_drives_sync +text")]
    [InlineData("source list", 50, "^  oracle +needs a plug-in")]
    public async Task AFieldHasItsNameAndASourceItsStateAtAnyWidth(string command, int columns, string line)
    {
        using var narrow = new TerminalScreen(1_000, 1_000);
        narrow.Narrow(columns);
        _cli.Screen = narrow;

        Assert.Equal(0, await _cli.RunAsync(command.Split(' ')));

        Assert.Single(narrow.Text.Split('\n'), shown => Regex.IsMatch(shown, line, RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task AListThatIsHigherThanTheTerminalHasItsHeaderAtItsEndToo()
    {
        using var screen = new TerminalScreen(80, 8);
        _cli.Screen = screen;

        Assert.Equal(0, await _cli.RunAsync("job", "list"));

        Assert.Equal(2, screen.Text.Split('\n').Count(line => Header().IsMatch(line)));
    }

    [GeneratedRegex("^  job +connector +status", RegexOptions.None, 1000)]
    private static partial Regex Header();

    private void Connector(string id, string name, string serviceType, string status, string? error) =>
        _elasticsearch.Put(
            ".elastic-connectors",
            id,
            new JsonObject
            {
                ["name"] = name,
                ["service_type"] = serviceType,
                ["index_name"] = $"search-{serviceType}",
                ["status"] = status,
                ["error"] = error,
                ["last_synced"] = error is null && status == "connected" ? "2026-01-01T10:03:20+00:00" : null,
                ["last_sync_status"] =
                    error is not null ? "error"
                    : status == "connected" ? "completed"
                    : null,
                ["is_native"] = false,
            }.ToJsonString()
        );

    private void Job(string id, string connector, string status, string time, string? error) =>
        _elasticsearch.Put(
            ".elastic-connectors-sync-jobs",
            id,
            new JsonObject
            {
                ["connector"] = new JsonObject
                {
                    ["id"] = connector,
                    ["index_name"] = "search-orders",
                    ["service_type"] = "dir",
                },
                ["job_type"] = "full",
                ["status"] = status,
                ["error"] = error,
                ["created_at"] = $"2026-01-01T{time}:00+00:00",
                ["started_at"] = $"2026-01-01T{time}:00+00:00",
                ["completed_at"] = status == "in_progress" ? null : $"2026-01-01T{time}:21+00:00",
                ["indexed_document_count"] = 20_000,
                ["deleted_document_count"] = 12,
            }.ToJsonString()
        );
}
