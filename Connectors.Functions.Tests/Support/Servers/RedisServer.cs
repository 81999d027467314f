using StackExchange.Redis;
using Xunit;

namespace Connectors.Tests.Support.Servers;

/// <summary>A Redis server of the machine, one for all tests of its collection, which run one after the other.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    public const string Password = "re-se-cr-et";

    private readonly TemporaryFolder _folder = TemporaryFolder.With("ready");
    private readonly List<ServerProcess> _processes = [];

    /// <summary>Why there is none; empty when there is.</summary>
    public string Missing { get; private set; } = string.Empty;

    public int Port { get; private set; }

    /// <summary>The certificate of the servers with TLS, which is its own authority.</summary>
    public string Certificate { get; private set; } = string.Empty;

    /// <summary>The private key of <see cref="Certificate"/>.</summary>
    public string Key => File.ReadAllText(_folder["server.key"]);

    public async ValueTask InitializeAsync()
    {
        if (ServerProcess.Find("redis-server") is null)
        {
            Missing = "this machine has no Redis server (redis-server)";
            return;
        }

        Certificate = TestCertificate.Write(_folder.Path);
        Port = await StartAsync(port => ["--port", $"{port}", "--requirepass", Password], TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Another server, which ends with this one.</summary>
    /// <returns>Its port.</returns>
    public async Task<int> StartAsync(Func<int, IEnumerable<string>> settings, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(Missing.Length == 0, Missing);
        var (process, port) = await ServerProcess.StartAsync(
            ServerProcess.Find("redis-server")!,
            free =>
                [
                    "--bind",
                    "127.0.0.1",
                    "--save",
                    string.Empty,
                    "--dir",
                    _folder.Path,
                    "--repl-diskless-sync-delay",
                    "0",
                    .. settings(free),
                ],
            "Ready to accept connections",
            cancellationToken
        );
        _processes.Add(process);
        return port;
    }

    /// <summary>Settings of a server that speaks TLS only and asks its clients for a certificate, or not.</summary>
    public IEnumerable<string> WithTls(int port, bool asksForCertificate) =>
        [
            "--port",
            "0",
            "--tls-port",
            $"{port}",
            "--tls-cert-file",
            _folder["server.crt"],
            "--tls-key-file",
            _folder["server.key"],
            "--tls-ca-cert-file",
            _folder["server.crt"],
            "--tls-auth-clients",
            asksForCertificate ? "yes" : "no",
        ];

    /// <summary>A client of the server, which holds nothing; skips the test when there is no server.</summary>
    public async Task<ConnectionMultiplexer> EmptyAsync()
    {
        Assert.SkipUnless(Missing.Length == 0, Missing);
        var client = await ConnectAsync(Port, Password);
        await client.GetDatabase().ExecuteAsync("FLUSHALL");
        await client.GetDatabase().ExecuteAsync("ACL", "DELUSER", "mirror");
        return client;
    }

    public static Task<ConnectionMultiplexer> ConnectAsync(int port, string? password = null) =>
        ConnectionMultiplexer.ConnectAsync(
            new ConfigurationOptions
            {
                EndPoints = { { "127.0.0.1", port } },
                Password = password,
                AllowAdmin = true,
            }
        );
}

/// <summary>The tests that share a server.</summary>
[CollectionDefinition("Redis")]
public sealed class RedisCollection : ICollectionFixture<RedisServer>;
