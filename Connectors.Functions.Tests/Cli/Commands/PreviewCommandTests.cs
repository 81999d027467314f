using System.Text.Json.Nodes;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

public sealed class PreviewCommandTests : IAsyncLifetime
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
            $"directory={_cli.Files("a.txt", "b.txt", "c.md", "d.txt")}"
        );
    }

    public async ValueTask DisposeAsync()
    {
        _cli.Dispose();
        await _elasticsearch.DisposeAsync();
    }

    [Fact]
    public async Task DocumentsAreThoseThatASyncWrites()
    {
        Assert.Equal(0, await _cli.RunAsync("preview", "files", "--json", "--max-text", "0"));
        var shown = Documents();
        Assert.Equal(0, _elasticsearch.Count("search-files"));
        Assert.Equal(0, _elasticsearch.Count(".elastic-connectors-sync-jobs"));

        await _cli.RunAsync("sync", "files");

        var written = _elasticsearch.Documents("search-files");
        Assert.Equal(4, shown.Count);
        Assert.Equal(
            written.Keys.Order(StringComparer.Ordinal),
            shown.Select(document => (string)document["id"]!).Order(StringComparer.Ordinal)
        );
        Assert.All(shown, document => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(written[(string)document["id"]!]), document)));
    }

    [Fact]
    public async Task RulesAreAppliedAndSoIsTheLimit()
    {
        var connector = JsonNode.Parse(_elasticsearch.Get(".elastic-connectors", "f1")!)!;
        connector["filtering"]![0]!["active"]!["rules"]!
            .AsArray()
            .Insert(0, JsonNode.Parse("""{"id":"r","order":0,"policy":"exclude","field":"filename","rule":"equals","value":"a.txt"}"""));
        _elasticsearch.Put(".elastic-connectors", "f1", connector.ToJsonString());

        Assert.Equal(0, await _cli.RunAsync("preview", "f1", "--limit", "2", "--json"));
        Assert.Equal(["b.txt", "c.md"], Documents().Select(document => (string?)document["filename"]));

        Assert.Equal(0, await _cli.RunAsync("preview", "f1", "--limit", "2"));
        Assert.EndsWith(
            "}\nfiles: the first 2; sync rules left out 1 before. (Preview: nothing was written.)\n",
            _cli.Out.ToString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task LongTextsAreCutBetweenCharacters()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_cli.Folder, "files", "a.txt"),
            "0123456789\U0001F600 and more",
            TestContext.Current.CancellationToken
        );

        Assert.Equal(0, await _cli.RunAsync("preview", "f1", "--limit", "1", "--max-text", "11", "--json"));

        Assert.Equal("0123456789... (21 characters)", (string?)Documents()[0]["body"]);
        Assert.Equal(32, ((string)Documents()[0]["id"]!).Length);
    }

    [Fact]
    public async Task ASourceWithoutDocumentsIsSaidToBeEmpty()
    {
        Directory.Delete(Path.Combine(_cli.Folder, "files"), recursive: true);
        Directory.CreateDirectory(Path.Combine(_cli.Folder, "files"));

        Assert.Equal(0, await _cli.RunAsync("preview", "f1"));

        Assert.Equal(
            "files: no documents: if there should be some, look at the settings that choose them "
                + "(`elastic-ingest connector show f1`). (Preview: nothing was written.)\n",
            _cli.Out.ToString()
        );
    }

    [Theory]
    [InlineData("preview none", 2, "There is no connector with the id or name \"none\". `elastic-ingest list` shows them.\n")]
    [InlineData("preview f1 --limit 0", 2, "--limit: \"0\" is not a number from 1 to 1000.\nSee elastic-ingest preview --help.\n")]
    [InlineData("preview f1 --max-text -1", 2, "--max-text: \"-1\" is not a number from 0 on.\nSee elastic-ingest preview --help.\n")]
    public async Task WhatIsWrongIsSaid(string line, int code, string expected)
    {
        Assert.Equal(code, await _cli.RunAsync(line.Split(' ')));
        Assert.Equal(expected, _cli.Error.ToString());
    }

    [Fact]
    public async Task ASourceThatCanNotBeReadEndsWithOne()
    {
        Directory.Delete(Path.Combine(_cli.Folder, "files"), recursive: true);

        Assert.Equal(1, await _cli.RunAsync("preview", "f1"));

        Assert.Contains("does not exist", _cli.Error.ToString(), StringComparison.Ordinal);
    }

    private List<JsonNode> Documents() => [.. _cli.Out.ToString().TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!)];
}
