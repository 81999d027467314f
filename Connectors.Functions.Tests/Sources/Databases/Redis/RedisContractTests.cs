using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sources.Databases.Redis;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using StackExchange.Redis;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Redis;

[Collection("Redis")]
public sealed class RedisContractTests(RedisServer server) : StoppableSourceContractTests
{
    /// <summary>A page ends between two steps, and one gives all keys of the databases.</summary>
    private protected override bool EndsWithin => false;

    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        var fixture = new ServerFixture(server, await server.EmptyAsync());
        await fixture.FillAsync();
        return fixture;
    }

    private sealed class ServerFixture : SourceFixture
    {
        private readonly ConnectionMultiplexer _client;
        private readonly CountingProxy _proxy;

        public ServerFixture(RedisServer server, ConnectionMultiplexer client)
        {
            _client = client;
            _proxy = new CountingProxy(Calls, server.Port);
        }

        public override IReadOnlyCollection<string> Ids =>
            [
                .. Enumerable.Range(1, 12).Select(number => PythonServiceId.Of($"0/user:{number}")),
                .. new[] { "list", "set", "sorted", "stream", "ü" }.Select(key => PythonServiceId.Of($"2/{key}")),
            ];

        public override JsonObject Values =>
            new()
            {
                ["host"] = "127.0.0.1",
                ["port"] = _proxy.Port,
                ["password"] = RedisServer.Password,
                ["database"] = "*",
            };

        public override IReadOnlyCollection<string> Secrets => [RedisServer.Password];

        public async Task FillAsync()
        {
            var (users, others) = (_client.GetDatabase(0), _client.GetDatabase(2));
            for (var number = 1; number <= 12; number++)
            {
                await users.HashSetAsync($"user:{number}", "name", $"user {number}");
            }

            await others.ListRightPushAsync("list", ["a", "b"]);
            await others.SetAddAsync("set", ["a", "b"]);
            await others.SortedSetAddAsync("sorted", "a", 1.5);
            await others.StreamAddAsync("stream", "a", "b", "1-1");
            await others.StringSetAsync("ü", "ä");

            // A table that grew is moved a bucket a call, and a page is the same again only when that is done.
            foreach (var database in new[] { users, others })
            {
                for (var call = 0; call < 100; call++)
                {
                    await database.KeyExistsAsync("none");
                }
            }
        }

        public override IDataSource Create(SourceContext context) => new RedisDataSource(context);

        public override Task ChangeAsync(CancellationToken cancellationToken) =>
            _client.GetDatabase(0).HashSetAsync("user:3", "name", "other");

        public override async ValueTask DisposeAsync()
        {
            await _proxy.DisposeAsync();
            await _client.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
