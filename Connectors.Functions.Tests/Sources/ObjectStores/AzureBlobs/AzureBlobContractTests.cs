using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Connectors.Abstractions;
using Connectors.Sources.ObjectStores.AzureBlobs;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.ObjectStores.AzureBlobs;

[Collection("Azurite")]
public sealed class AzureBlobContractTests(AzuriteServer server) : StoppableSourceContractTests
{
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        var fixture = new AccountFixture(await server.EmptyAsync(cancellationToken), server.Port);
        await fixture.FillAsync(cancellationToken);
        return fixture;
    }

    private sealed class AccountFixture : SourceFixture
    {
        private static readonly string[] Names = ["a", "a.txt", "a/1.txt", "a/b/2.txt", "B", "c d+e%41&f.txt", "ü/3.md", "\u6f22"];
        private readonly BlobServiceClient _account;
        private readonly CountingProxy _proxy;

        public AccountFixture(BlobServiceClient account, int port)
        {
            _account = account;
            _proxy = new CountingProxy(Calls, port);
        }

        public override IReadOnlyCollection<string> Ids => [.. Names.Select(name => $"one/{name}"), "two/x.md", "two/y.md"];

        public override JsonObject Values =>
            new()
            {
                ["account_name"] = AzuriteServer.Account,
                ["account_key"] = AzuriteServer.Key,
                ["blob_endpoint"] = AzuriteServer.Endpoint(_proxy.Port),
                ["containers"] = "one, two",
                ["retry_count"] = 0,
            };

        public override IReadOnlyCollection<string> Secrets => [AzuriteServer.Key];

        public async Task FillAsync(CancellationToken cancellationToken)
        {
            foreach (var (container, names) in new[] { ("one", Names), ("two", ["x.md", "y.md"]), ("three", ["other"]) })
            {
                var client = (await _account.CreateBlobContainerAsync(container, cancellationToken: cancellationToken)).Value;
                foreach (var name in names)
                {
                    await client.UploadBlobAsync(name, new BinaryData($"text of {name}"), cancellationToken);
                }
            }
        }

        public override IDataSource Create(SourceContext context) => new AzureBlobDataSource(context);

        public override Task ChangeAsync(CancellationToken cancellationToken) =>
            _account.GetBlobContainerClient("one").UploadBlobAsync("new", new BinaryData("new"), cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await _proxy.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
