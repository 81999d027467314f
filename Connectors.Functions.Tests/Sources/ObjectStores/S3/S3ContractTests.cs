using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.ObjectStores.S3;
using Connectors.Testing;
using Connectors.Tests.Support.S3Server;

namespace Connectors.Tests.Sources.ObjectStores.S3;

public sealed class S3ContractTests : StoppableSourceContractTests
{
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        var fixture = new BucketFixture();
        await fixture.StartAsync(cancellationToken);
        return fixture;
    }

    private sealed class BucketFixture : SourceFixture
    {
        private S3TestServer _server = null!;

        public override IReadOnlyCollection<string> Ids =>
            [
                .. from bucket in _server.Buckets.Values
                from key in bucket.Items.Keys
                where bucket.Items[key].Bytes.Length > 0
                select Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes($"{bucket.Name}/{key}"))),
            ];

        public override JsonObject Values =>
            new()
            {
                ["buckets"] = "one, two",
                ["aws_access_key_id"] = "AKIAEXAMPLE",
                ["aws_secret_access_key"] = "se-cr-et",
                ["endpoint_url"] = _server.Address.ToString(),
                ["force_path_style"] = true,
                ["max_attempts"] = 1,
                ["page_size"] = 5,
            };

        public override IReadOnlyCollection<string> Secrets => ["se-cr-et"];

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            _server = await S3TestServer.StartAsync(Calls, cancellationToken);
            foreach (
                var key in new[]
                {
                    "a",
                    "a/",
                    "a/1.txt",
                    "a/2.txt",
                    "a/b/3.txt",
                    "a+b c%41.txt",
                    "b/4",
                    "b0",
                    "c/&<>\"'.txt",
                    "c/\u0001",
                    "ü/5",
                    "\uE000",
                    "😀/6",
                    "😀",
                }
            )
            {
                _server.Bucket("one").With(key);
            }

            _server.Bucket("one").With("marker/", text: string.Empty);
            _server.Bucket("two").Region = "eu-central-1";
            _server.Bucket("two").With("x.md").With("y.md");
        }

        public override IDataSource Create(SourceContext context) => new S3DataSource(context);

        public override Task ChangeAsync(CancellationToken cancellationToken)
        {
            _server.Bucket("one").With("new");
            return Task.CompletedTask;
        }

        public override async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
