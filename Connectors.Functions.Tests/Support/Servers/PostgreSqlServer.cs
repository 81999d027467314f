using Npgsql;
using Xunit;

namespace Connectors.Tests.Support.Servers;

/// <summary>A PostgreSQL server of the machine, one for all tests of its collection, which run one after the other. Every test makes a database of its own.</summary>
public sealed class PostgreSqlServer : IAsyncLifetime
{
    public const string Password = "pg-se-cr-et";

    private readonly TempFolder _folder = TempFolder.With("ready");
    private ServerProcess? _process;
    private int _databases;

    /// <summary>Why there is none; empty when there is.</summary>
    public string Missing { get; private set; } = string.Empty;

    public int Port { get; private set; }

    /// <summary>The certificate of the server, which is its own authority.</summary>
    public string Certificate { get; private set; } = string.Empty;

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var folders = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(folder => Path.Combine(folder, "bin")).ToArray() : [];
        if (ServerProcess.Find("initdb", folders) is not { } initdb || ServerProcess.Find("postgres", folders) is not { } postgres)
        {
            Missing = "this machine has no PostgreSQL server (initdb and postgres)";
            return;
        }

        // The server refuses to run as root.
        string[] user = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : ["env"];
        var (data, password) = (Path.Combine(_folder.Path, "data"), Path.Combine(_folder.Path, "password"));
        await File.WriteAllTextAsync(password, Password, cancellation);
        Certificate = TestCertificate.Write(_folder.Path);
        if (Environment.IsPrivilegedProcess)
        {
            await ServerProcess.RunAsync("chown", ["-R", "postgres", _folder.Path], cancellation);
        }

        await ServerProcess.RunAsync(
            user[0], [.. user[1..], initdb, "-D", data, "-U", "postgres", "-A", "scram-sha-256", $"--pwfile={password}", "-E", "UTF8", "--locale=C", "--no-sync"], cancellation);
        (_process, Port) = await ServerProcess.StartAsync(user[0], port => [.. user[1..], postgres, "-D", data, .. Settings(port)], "ready to accept connections", cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // The quick way to stop it in good order.
            _process.Interrupt();
            await _process.ExitAsync(CancellationToken.None);
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Makes an empty database; skips the test when there is no server.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(Missing.Length == 0, Missing);
        var name = $"shop{Interlocked.Increment(ref _databases)}";
        await RunAsync("postgres", $"CREATE DATABASE {name}", cancellationToken);
        return name;
    }

    /// <summary>Makes an empty schema in the database <c>postgres</c>, which is quicker; skips the test when there is no server.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateSchemaAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(Missing.Length == 0, Missing);
        var name = $"part{Interlocked.Increment(ref _databases)}";
        await RunAsync("postgres", $"CREATE SCHEMA {name}", cancellationToken);
        return name;
    }

    /// <summary>Runs statements as the superuser.</summary>
    public async Task RunAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(database, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Switches TLS on or off for connections to come.</summary>
    public async Task SwitchTlsAsync(bool on, CancellationToken cancellationToken)
    {
        await RunAsync("postgres", $"ALTER SYSTEM SET ssl = {(on ? "on" : "off")}", cancellationToken);
        await RunAsync("postgres", "SELECT pg_reload_conf()", cancellationToken);
        for (var isOn = !on; isOn != on;)
        {
            // The server takes note of it in its own time.
            await using var connection = await ConnectAsync("postgres", cancellationToken);
            await using var command = new NpgsqlCommand("SELECT setting FROM pg_settings WHERE name = 'ssl'", connection);
            isOn = await command.ExecuteScalarAsync(cancellationToken) is "on";
        }
    }

    public async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username=postgres;Password={Password};Database={database};Pooling=false");
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private IEnumerable<string> Settings(int port)
    {
        // Nothing but the tests writes, and nothing needs to survive them.
        string[] settings =
        [
            $"port={port}", "listen_addresses=127.0.0.1", $"unix_socket_directories={_folder.Path}", "fsync=off", "autovacuum=off", "wal_level=minimal", "max_wal_senders=0",
            "dynamic_shared_memory_type=mmap", "shared_buffers=32MB", $"ssl_cert_file={_folder.Path}/server.crt", $"ssl_key_file={_folder.Path}/server.key",
        ];
        return settings.SelectMany(setting => new[] { "-c", setting });
    }
}

/// <summary>The tests that share a server.</summary>
[CollectionDefinition("PostgreSQL")]
public sealed class PostgreSqlCollection : ICollectionFixture<PostgreSqlServer>;
