using Connectors.Emulator;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Cli.Commands;

/// <summary>API keys of connectors in the command line's host.</summary>
public sealed class ConnectorKeyTests
{
    [Fact]
    public async Task AConnectorsIndexIsReadAndWrittenWithItsOwnKeyAndTheProtocolWithTheServices()
    {
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        using var cli = new CliRun(elasticsearch.Uri);
        var files = cli.Files("a.txt", "b.txt");
        await File.WriteAllTextAsync(
            cli.ConfigFile,
            "elasticsearch.api_key: c2VydmljZTpr\nconnectors:\n  - {connector_id: f1, service_type: dir, api_key: b25lOms=}\n  - "
                + "{connector_id: f2, service_type: dir}\n",
            TestContext.Current.CancellationToken
        );
        foreach (var (id, index) in new[] { ("f1", "search-one"), ("f2", "search-two") })
        {
            Assert.Equal(
                0,
                await cli.RunAsync(
                    "connector",
                    "create",
                    "--service-type",
                    "dir",
                    "--index",
                    index,
                    "--name",
                    id,
                    "--id",
                    id,
                    "--set",
                    $"directory={files}"
                )
            );
        }

        var calls = new SeenCalls(elasticsearch);
        Assert.Equal(0, await cli.RunAsync("sync", "f1"));
        File.Delete(Path.Combine(files, "b.txt"));
        Assert.Equal(0, await cli.RunAsync("sync", "f1", "--allow-mass-delete"));
        Assert.Equal(1, elasticsearch.Count("search-one"));

        // A sync that does not complete counts the documents too.
        Directory.Delete(files, recursive: true);
        Assert.NotEqual(0, await cli.RunAsync("sync", "f1"));
        Assert.Equal(["ApiKey b25lOms="], calls.KeysOf("search-one"));
        Assert.Equal(["ApiKey c2VydmljZTpr"], calls.KeysOfProtocol());

        cli.Files("a.txt");
        Assert.Equal(0, await cli.RunAsync("sync", "f2"));
        Assert.Equal(["ApiKey c2VydmljZTpr"], calls.KeysOf("search-two").Where(key => key != "ApiKey b25lOms="));
        Assert.Equal(["ApiKey c2VydmljZTpr"], calls.KeysOfProtocol());
        Assert.True(calls.Count > 40, $"only {calls.Count} calls");
        calls.AllNameTheirProduct();
    }
}
