using Connectors.Emulator;
using Connectors.Tests.Cli;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Emulator;

public sealed class DataFolderTests
{
    [Fact]
    public async Task ARestartedEmulatorHasEverythingBack()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await StartAsync(folder))
        {
            using var client = new EmulatorClient(first);
            await client.SendAsync(
                "PUT /x",
                """{"settings":{"number_of_replicas":0},"mappings":{"dynamic":false,"properties":{"_digest":{"type":"long","index":false}}},"aliases":{"y":{}}}"""
            );
            await client.SendAsync("PUT /_ingest/pipeline/p", """{"processors":[{"set":{"field":"a","value":1}}]}""");
            await client.SendAsync("PUT /_index_template/t", """{"index_patterns":["t-*"]}""");
            for (var i = 0; i < 20; i++)
            {
                await client.SendAsync($"PUT /x/_doc/{i % 10}", $$"""{"n":{{i}},"_digest":{{i}}}""");
            }

            await client.SendAsync("DELETE /x/_doc/3");
            await client.SendAsync("PUT /gone/_doc/1", "{}");
            await client.SendAsync("DELETE /gone");
        }

        await using var second = await StartAsync(folder);
        using var again = new EmulatorClient(second);

        Assert.Equal(["0", "1", "2", "4", "5", "6", "7", "8", "9"], second.Ids("y"));
        Assert.Equal("""{"n":19,"_digest":19}""", second.Get("x", "9"));
        var (_, document) = await again.SendAsync("GET /x/_doc/9");
        Assert.Equal((2, 19), ((int)document!["_version"]!, (int)document["_seq_no"]!));
        var (_, mapping) = await again.SendAsync("GET /x/_mapping");
        Assert.Equal("long", (string?)mapping!["x"]!["mappings"]!["properties"]!["_digest"]!["type"]);
        Assert.Equal("false", (string?)mapping["x"]!["mappings"]!["dynamic"]);
        var (_, written) = await again.SendAsync("PUT /x/_doc/new", "{}");
        Assert.True((int)written!["_seq_no"]! > 20);
        Assert.Equal(200, (await again.SendAsync("GET /_ingest/pipeline/p")).Status);
        Assert.Equal(200, (await again.SendAsync("GET /_index_template/t")).Status);
        Assert.Equal(["x"], second.IndexNames);
    }

    [Fact]
    public async Task AHalfWrittenRecordIsCutOffAndTheRestStands()
    {
        using var folder = new TemporaryFolder();
        await using (var first = await StartAsync(folder))
        {
            first.Put("x", "a", """{"n":1}""");
            first.Put("x", "b", """{"n":2}""");
        }

        var journal = Directory.GetFiles(folder.Path, "*.journal").Single();
        using (var file = File.OpenWrite(journal))
        {
            file.SetLength(file.Length - 3);
        }

        await using (var second = await StartAsync(folder))
        {
            Assert.Equal(["a"], second.Ids("x"));
            second.Put("x", "c", """{"n":3}""");
        }

        await using var third = await StartAsync(folder);
        Assert.Equal(["a", "c"], third.Ids("x"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(20)]
    public async Task ABeginningOfARecordIsCutOffHoweverShortItIs(int left)
    {
        using var folder = new TemporaryFolder();
        await using (var first = await StartAsync(folder))
        {
            first.Put("x", "a", """{"n":1}""");
        }

        var journal = Directory.GetFiles(folder.Path, "*.journal").Single();
        await File.WriteAllBytesAsync(journal, (await File.ReadAllBytesAsync(journal, EmulatorClient.Token))[..left], EmulatorClient.Token);

        await using var second = await StartAsync(folder);
        Assert.Empty(second.Ids("x"));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("garbage, and more of it than the head of a record has")]
    [InlineData("\u0002\0\0\0\u0001\0\0\0\0\0\0\0\0\u0001\0\0\0\u0001\0\0\0a!")]
    [InlineData("\u0001\0\0\0\u0001\0\0\0\0\0\0\0\0\u0001\0\0\0\u0002\0\0\0ab")]
    public async Task ADamagedJournalIsNamedWithTheWayOutAndLeftAsItIs(string garbage)
    {
        using var folder = new TemporaryFolder();
        await using (var first = await StartAsync(folder))
        {
            first.Put("x", "a", """{"n":1}""");
        }

        var journal = Directory.GetFiles(folder.Path, "*.journal").Single();
        await File.WriteAllTextAsync(journal, garbage, EmulatorClient.Token);

        var problem = await Assert.ThrowsAsync<IOException>(() => StartAsync(folder));

        Assert.Equal(
            $"'{journal}' is damaged. Delete it, and the index 'x' begins without documents, or choose another folder.",
            problem.Message
        );
        Assert.Equal(garbage, await File.ReadAllTextAsync(journal, EmulatorClient.Token));
        File.Delete(journal);
        await using var again = await StartAsync(folder);
        Assert.Equal(["x"], again.IndexNames);
        Assert.Empty(again.Ids("x"));
    }

    [Theory]
    [InlineData("""{"indices":{"x":{"uuid":"u","crea""")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"indices":{"x":{"uuid":"u","created_at":"today"}}}""")]
    [InlineData("""{"indices":[],"aliases":{},"templates":{},"pipelines":{}}""")]
    public async Task ADamagedFileOfTheClusterIsNamedWithTheWayOut(string text)
    {
        using var folder = new TemporaryFolder();
        await using (var first = await StartAsync(folder))
        {
            first.Put("x", "a", "{}");
        }

        var file = Path.Combine(folder.Path, "cluster.json");
        await File.WriteAllTextAsync(file, text, EmulatorClient.Token);
        using var cli = new CliRun();

        Assert.Equal(1, await cli.RunAsync("emulator", "--port", "0", "--data", folder.Path));

        Assert.Equal(
            $"The emulator can't start: '{file}' is damaged. Delete it, and the emulator begins without any index, or choose another "
                + "folder.\n",
            cli.Error.ToString()
        );
        Assert.Equal(text, await File.ReadAllTextAsync(file, EmulatorClient.Token));
        File.Delete(file);
        await using var again = await StartAsync(folder);
        Assert.Empty(again.IndexNames);
    }

    [Fact]
    public async Task AFolderIsUsedByOneEmulatorAtATime()
    {
        using var folder = new TemporaryFolder();
        await using var first = await StartAsync(folder);

        var problem = await Assert.ThrowsAsync<IOException>(() => StartAsync(folder));

        Assert.Equal(
            $"The emulator's data folder '{folder.Path}' is used by another process. Stop that one, or choose another folder.",
            problem.Message
        );
    }

    private static Task<EmulatorServer> StartAsync(TemporaryFolder folder) =>
        EmulatorServer.StartAsync(new EmulatorOptions { DataFolder = folder.Path }, EmulatorClient.Token);
}
