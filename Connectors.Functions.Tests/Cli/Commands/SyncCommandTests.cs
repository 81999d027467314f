using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

public sealed partial class SyncCommandTests : IAsyncLifetime
{
    private EmulatorServer _elasticsearch = null!;
    private CliRun _cli = null!;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        _cli = new CliRun(_elasticsearch.Uri);
    }

    public async ValueTask DisposeAsync()
    {
        _cli.Dispose();
        await _elasticsearch.DisposeAsync();
    }

    [Fact]
    public async Task AConnectorIsMadeShownAndSynced()
    {
        var files = _cli.Files("a.txt", "b.txt");
        Assert.Equal(
            0,
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
                $"directory={files}",
                "--schedule",
                "0 0 2 * * ?"
            )
        );
        Assert.Equal("f1\n", _cli.Out.ToString());

        Assert.Equal(0, await _cli.RunAsync("sync", "files"));
        Assert.Equal(
            "files: sync of dir into search-files started\nfiles: completed in N s, 2 read, 0 skipped, 2 added, 0 updated, 0 deleted\n",
            Seconds().Replace(_cli.Out.ToString(), "N s")
        );
        Assert.Equal("", _cli.Error.ToString());
        Assert.Equal(2, _elasticsearch.Count("search-files"));

        Assert.Equal(0, await _cli.RunAsync("list", "connectors"));
        Assert.Matches(
            "Connectors, times in UTC\n  id  name   source  index         status     schedule     last sync         result     error\n"
                + "  f1  files  dir     search-files  connected  0 0 2 \\* \\* \\?  ....-..-.. ..:..  completed\n",
            _cli.Out.ToString()
        );
    }

    [Fact]
    public async Task AFirstSyncThatFindsNothingSaysWhereToLook()
    {
        var files = _cli.Files("a.txt");
        string[] create = ["connector", "create", "--id", "f1", "--service-type", "dir", "--index", "search-files"];
        Assert.Equal(0, await _cli.RunAsync([.. create, "--set", $"directory={files}", "--set", "pattern=[a"]));

        Assert.Equal(0, await _cli.RunAsync("sync", "f1"));

        Assert.EndsWith(
            "0 read, 0 skipped, 0 added, 0 updated, 0 deleted; the source shows no documents: if there should be some, look at the settings "
                + "that choose them (`elastic-ingest connector show f1`)\n",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task UsersAndWhatTheyMaySeeAreSyncedOnDemand()
    {
        var files = _cli.Files("a.txt");
        var users = Path.Combine(Path.GetDirectoryName(files)!, "passwd-of-test");
        await File.WriteAllTextAsync(users, "alice:x:1000:1000::/:\n", TestContext.Current.CancellationToken);
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
            $"directory={files}",
            "--set",
            "use_document_level_security=true",
            "--set",
            $"users_file={users}",
            "--set",
            $"groups_file={users}"
        );

        Assert.Equal(0, await _cli.RunAsync("sync", "f1", "--access-control", "--dry-run"));
        Assert.Equal(
            "+ alice\nfiles: a sync would add 1, update 0 and delete 0 documents; 0 are unchanged. (Dry run: nothing was written.)\n",
            _cli.Out.ToString()
        );
        Assert.Equal(0, await _cli.RunAsync("sync", "f1", "--access-control"));
        Assert.Equal(
            "files: sync of dir into .search-acl-filter-search-files started\nfiles: completed in N s, 1 read, 0 skipped, 1 added, 0 "
                + "updated, 0 deleted\n",
            Seconds().Replace(_cli.Out.ToString(), "N s")
        );
        Assert.Equal(1, _elasticsearch.Count(".search-acl-filter-search-files"));
        Assert.Equal(2, await _cli.RunAsync("sync", "f1", "--access-control", "--incremental"));
    }

    [Fact]
    public async Task IdentitiesThatThereAreNotAreRefusedBeforeThereIsAJob()
    {
        await CreateAsync(_cli.Files("a.txt"));

        Assert.Equal(2, await _cli.RunAsync("sync", "f1", "--access-control"));
        Assert.StartsWith("use_document_level_security: switched off", _cli.Error.ToString(), StringComparison.Ordinal);
        _elasticsearch.Put(
            ".elastic-connectors",
            "w1",
            """{"service_type": "http_json", "index_name": "search-web", "configuration": {"url": {"value": "http://127.0.0.1:1/"}}}"""
        );
        Assert.Equal(2, await _cli.RunAsync("sync", "w1", "--access-control"));
        Assert.StartsWith("HTTP JSON has no access control to sync.", _cli.Error.ToString(), StringComparison.Ordinal);

        await _cli.RunAsync("job", "list");
        Assert.Equal("There are no jobs.\n", _cli.Out.ToString());
    }

    [Fact]
    public async Task ADryRunSaysWhatTheDeleteGuardWouldHoldBack()
    {
        var files = _cli.Files([.. Enumerable.Range(10, 30).Select(number => $"{number}.txt")]);
        await CreateAsync(files);
        await _cli.RunAsync("sync", "f1");
        foreach (var number in Enumerable.Range(11, 29))
        {
            File.Delete(Path.Combine(files, $"{number}.txt"));
        }

        Assert.Equal(1, await _cli.RunAsync("sync", "f1", "--dry-run"));

        var lines = _cli.Out.ToString().Split('\n');
        Assert.Equal(
            "files: a sync would add 0, update 0 and delete 29 documents, which the delete guard would hold back; 1 is unchanged. (Dry "
                + "run: nothing was written.)",
            lines[^2]
        );
        Assert.Equal("- 11.txt", lines[0].Replace(files + "/", "", StringComparison.Ordinal));
        Assert.Contains("New and changed documents would be written.", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(30, _elasticsearch.Count("search-files"));
    }

    [Fact]
    public async Task AFailedSyncSaysItsFaultOnce()
    {
        var files = _cli.Files([.. Enumerable.Range(10, 30).Select(number => $"{number}.txt")]);
        await CreateAsync(files);
        await _cli.RunAsync("sync", "f1");
        Directory.Delete(files, recursive: true);
        Directory.CreateDirectory(files);

        Assert.Equal(1, await _cli.RunAsync("sync", "f1"));

        var said = _cli.Out.ToString() + _cli.Error;
        Assert.Equal(2, said.Split("the source listed no document at all").Length);
    }

    [Fact]
    public async Task AFieldIsMappedToBeSearchedByMeaning()
    {
        var files = _cli.Files("a.txt");
        string[] create = ["connector", "create", "--service-type", "dir", "--index", "search-files", "--set", $"directory={files}"];
        Assert.Equal(1, await _cli.RunAsync([.. create, "--semantic-text", "body=nobodys"]));
        Assert.Contains("There is no inference endpoint 'nobodys'", _cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await _cli.RunAsync([.. create, "--semantic-text", "_timestamp"]));
        Assert.Empty(_elasticsearch.Ids(".elastic-connectors"));

        Assert.Equal(0, await _cli.RunAsync([.. create, "--id", "f1", "--semantic-text", "body", "--semantic-text", "path"]));
        Assert.Equal(0, await _cli.RunAsync("sync", "f1"));

        using var http = new HttpClient { BaseAddress = _elasticsearch.Uri };
        var mapping = JsonNode.Parse(await http.GetStringAsync("search-files/_mapping", TestContext.Current.CancellationToken))!;
        var fields = mapping["search-files"]!["mappings"]!["properties"]!;
        Assert.Equal("""["body_semantic"]""", fields["body"]!["copy_to"]!.ToJsonString());
        Assert.Equal(
            ("semantic_text", ".elser-2-elasticsearch", "sparse_embedding"),
            (
                (string?)fields["path_semantic"]!["type"],
                (string?)fields["body_semantic"]!["inference_id"],
                (string?)fields["body_semantic"]!["model_settings"]?["task_type"]
            )
        );
        Assert.Equal(0, await _cli.RunAsync("sync", "f1", "--dry-run"));
        Assert.Contains("1 is unchanged", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADryRunShowsWhatWouldBeDoneAndWritesNothing()
    {
        var files = _cli.Files("a.txt", "b.txt", "c.txt");
        await CreateAsync(files);
        await _cli.RunAsync("sync", "f1");
        var before = _elasticsearch.Documents("search-files");
        await File.WriteAllTextAsync(Path.Combine(files, "a.txt"), "Another text, which is longer.", TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(files, "b.txt"));
        _cli.Files("d.txt", "e.txt");

        Assert.Equal(0, await _cli.RunAsync("sync", "f1", "--dry-run"));

        Assert.Equal(
            "+ d.txt\n+ e.txt\n~ a.txt\n- b.txt\nfiles: a sync would add 2, update 1 and delete 1 document; 1 is unchanged. (Dry run: "
                + "nothing was written.)\n",
            _cli.Out.ToString().Replace(files + "/", "", StringComparison.Ordinal)
        );
        Assert.Equal(before, _elasticsearch.Documents("search-files"));
        Assert.Equal(1, _elasticsearch.Count(".elastic-connectors-sync-jobs"));
    }

    [Fact]
    public async Task AMassDeleteIsRefusedUntilItIsAllowed()
    {
        var files = _cli.Files([.. Enumerable.Range(0, 120).Select(number => $"{number}.txt")]);
        await CreateAsync(files);
        await _cli.RunAsync("sync", "f1");
        foreach (var file in Directory.GetFiles(files, "1*.txt"))
        {
            File.Delete(file);
        }

        Assert.Equal(1, await _cli.RunAsync("sync", "f1"));
        Assert.Contains(
            "elasticsearch.delete_guard allows 15 % or 20 documents, whichever is more",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
        Assert.Equal(120, _elasticsearch.Count("search-files"));

        Assert.Equal(0, await _cli.RunAsync("sync", "f1", "--allow-mass-delete"));
        Assert.Equal(Directory.GetFiles(files).Length, _elasticsearch.Count("search-files"));
    }

    [Fact]
    public async Task EverythingIsWrittenAgainWhenAskedTo()
    {
        await CreateAsync(_cli.Files("a.txt", "b.txt"));
        await _cli.RunAsync("sync", "f1");

        Assert.Equal(0, await _cli.RunAsync("sync", "f1", "--reindex"));

        Assert.Contains("2 read, 0 skipped, 0 added, 2 updated, 0 deleted", _cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ScriptsGetOneJsonObjectALine()
    {
        await CreateAsync(_cli.Files("a.txt"));

        Assert.Equal(0, await _cli.RunAsync("sync", "f1", "--json"));

        var lines = _cli.Out.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(
            ["sync_started", "sync_ended"],
            lines.Select(line => line["event"]!.GetValue<string>()).Where(name => name != "sync_running")
        );
        Assert.Equal("completed", lines[^1]["end"]!.GetValue<string>());
        Assert.Equal(1, lines[^1]["counts"]!["created"]!.GetValue<int>());
    }

    [Fact]
    public async Task AnUnknownConnectorIsSuggested()
    {
        await CreateAsync(_cli.Files("a.txt"));

        Assert.Equal(2, await _cli.RunAsync("sync", "fils"));

        Assert.Equal("There is no connector with the id or name \"fils\". Did you mean files?\n", _cli.Error.ToString());
    }

    [Fact]
    public async Task OnePollRunsWhatWaitsAndTellsOfAFailure()
    {
        await CreateAsync(_cli.Files("a.txt"));
        await _cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "dir",
            "--index",
            "search-gone",
            "--id",
            "gone",
            "--set",
            "directory=/no/such/folder"
        );
        _elasticsearch.Put(".elastic-connectors", "f1", WithSyncNow("f1"));
        Assert.Equal(0, await _cli.RunAsync("poll", "--one-sync"));
        Assert.Equal(1, _elasticsearch.Count("search-files"));

        Assert.Equal(1, await _cli.RunAsync("sync", "gone"));
        Assert.Contains("/no/such/folder", _cli.Out.ToString() + _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecretGivenOnTheCommandLineIsNeverShown()
    {
        await _cli.RunAsync(
            "connector",
            "create",
            "--service-type",
            "mongodb",
            "--index",
            "search-m",
            "--id",
            "m",
            "--json",
            "--debug",
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
        var told = _cli.Out.ToString() + _cli.Error;
        await _cli.RunAsync("list", "--json");
        told += _cli.Out.ToString() + _cli.Error;

        Assert.Contains("\"id\":\"m\"", told, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", told, StringComparison.Ordinal);
        Assert.Contains("hunter2", _elasticsearch.Get(".elastic-connectors", "m"), StringComparison.Ordinal);
    }

    private async Task CreateAsync(string files) =>
        Assert.Equal(
            0,
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
                $"directory={files}"
            )
        );

    private string WithSyncNow(string id)
    {
        var connector = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", id)!)!;
        connector["sync_now"] = true;
        return connector.ToJsonString();
    }

    [GeneratedRegex("[0-9]+[.][0-9] s", RegexOptions.None, 1000)]
    private static partial Regex Seconds();

    [GeneratedRegex("\\b[0-9a-f]{32}\\b", RegexOptions.None, 1000)]
    private static partial Regex Id();
}
