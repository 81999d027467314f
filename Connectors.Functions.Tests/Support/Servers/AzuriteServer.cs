using Azure.Storage;
using Azure.Storage.Blobs;
using Xunit;

namespace Connectors.Tests.Support.Servers;

/// <summary>
/// Azurite, Microsoft's emulator of Azure Storage: one for all tests of its collection, which run one after the other.
/// <c>CONNECTORS_AZURITE</c> names its start script; else it is looked for where build.cs puts it.
/// </summary>
public sealed class AzuriteServer : IAsyncLifetime
{
    /// <summary>Every Azurite has this account and this key.</summary>
    public const string Account = "devstoreaccount1";

    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly TemporaryFolder _folder = TemporaryFolder.With("ready");
    private ServerProcess? _process;

    /// <summary>Why there is none; empty when there is.</summary>
    public string Missing { get; private set; } = string.Empty;

    public int Port { get; private set; }

    /// <summary>Its start script, where it would be.</summary>
    public static string Script =>
        Environment.GetEnvironmentVariable("CONNECTORS_AZURITE") is { Length: > 0 } named
            ? named
            : Path.Combine(Approved.Root, "artifacts", "npm", "node_modules", "azurite", "dist", "src", "blob", "main.js");

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Script) || ServerProcess.Find(OperatingSystem.IsWindows() ? "node.exe" : "node") is not { } node)
        {
            Missing = "this machine has no Azurite (the npm package azurite)";
            return;
        }

        (_process, Port) = await ServerProcess.StartAsync(
            node,
            port =>
                [
                    Script,
                    "--blobHost",
                    "127.0.0.1",
                    "--blobPort",
                    $"{port}",
                    "--location",
                    _folder.Path,
                    "--silent",
                    "--skipApiVersionCheck",
                    "--disableTelemetry",
                ],
            "successfully listen",
            TestContext.Current.CancellationToken
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>A client without containers; skips the test when there is no server.</summary>
    public async Task<BlobServiceClient> EmptyAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(Missing.Length == 0, Missing);
        var client = new BlobServiceClient(new Uri(Endpoint(Port)), new StorageSharedKeyCredential(Account, Key));
        await foreach (var container in client.GetBlobContainersAsync(cancellationToken: cancellationToken))
        {
            await client.DeleteBlobContainerAsync(container.Name, cancellationToken: cancellationToken);
        }

        return client;
    }

    public static string Endpoint(int port) => $"http://127.0.0.1:{port}/{Account}";
}

/// <summary>The tests that share a server.</summary>
[CollectionDefinition("Azurite")]
public sealed class AzuriteCollection : ICollectionFixture<AzuriteServer>;
