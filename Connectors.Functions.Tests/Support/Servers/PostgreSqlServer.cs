using System.Data.Common;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.PostgreSql;
using Npgsql;
using Xunit;

namespace Connectors.Tests.Support.Servers;

/// <summary>A PostgreSQL server.</summary>
public sealed class PostgreSqlServer : SqlServer
{
    public const string Password = "pg-se-cr-et";

    public override string UserName => "postgres";

    public override string UserPassword => Password;

    public override string UserField => "username";

    internal override IReadOnlyList<ConfigField> Fields => PostgreSqlConfiguration.Fields;

    protected override string FirstDatabase => "postgres";

    public override async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var folders = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(folder => Path.Combine(folder, "bin")).ToArray()
            : [];
        if (ServerProcess.Find("initdb", folders) is not { } initdb || ServerProcess.Find("postgres", folders) is not { } postgres)
        {
            Missing = "this machine has no PostgreSQL server (initdb and postgres)";
            return;
        }

        // The server refuses to run as root.
        string[] user = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : ["env"];
        var (data, password) = (Path.Combine(Folder.Path, "data"), Path.Combine(Folder.Path, "password"));
        await File.WriteAllTextAsync(password, Password, cancellation);
        Certificate = TestCertificate.Write(Folder.Path);
        if (Environment.IsPrivilegedProcess)
        {
            await ServerProcess.RunAsync("chown", ["-R", "postgres", Folder.Path], cancellation);
        }

        await ServerProcess.RunAsync(
            user[0],
            [
                .. user[1..],
                initdb,
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "scram-sha-256",
                $"--pwfile={password}",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
            cancellation
        );
        (Process, Port) = await ServerProcess.StartAsync(
            user[0],
            port => [.. user[1..], postgres, "-D", data, .. Settings(port)],
            "ready to accept connections",
            cancellation
        );
    }

    public override async ValueTask DisposeAsync()
    {
        if (Process is not null)
        {
            // The quick way to stop it in good order.
            Process.Interrupt();
            await Process.ExitAsync(CancellationToken.None);
        }

        await base.DisposeAsync();
    }

    /// <summary>Makes an empty schema in the database <c>postgres</c>, which is quicker; skips the test when there is no server.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateSchemaAsync(CancellationToken cancellationToken)
    {
        var name = NextName("part");
        await RunAsync("postgres", $"CREATE SCHEMA {name}", cancellationToken);
        return name;
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
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT setting FROM pg_settings WHERE name = 'ssl'";
            isOn = await command.ExecuteScalarAsync(cancellationToken) is "on";
        }
    }

    internal override IDataSource Source(SourceContext context, int rowsAPartition) => new PostgreSqlDataSource(context, rowsAPartition);

    protected override DbConnection Connection(string database) =>
        new NpgsqlConnection($"Host=127.0.0.1;Port={Port};Username={UserName};Password={Password};Database={database};Pooling=false");

    private IEnumerable<string> Settings(int port)
    {
        // Nothing but the tests writes, and nothing needs to survive them.
        string[] settings =
        [
            $"port={port}",
            "listen_addresses=127.0.0.1",
            $"unix_socket_directories={Folder.Path}",
            "fsync=off",
            "autovacuum=off",
            "wal_level=minimal",
            "max_wal_senders=0",
            "dynamic_shared_memory_type=mmap",
            "shared_buffers=32MB",
            $"ssl_cert_file={Folder.Path}/server.crt",
            $"ssl_key_file={Folder.Path}/server.key",
        ];
        return settings.SelectMany(setting => new[] { "-c", setting });
    }
}

/// <summary>The tests that share a server.</summary>
[CollectionDefinition("PostgreSQL")]
public sealed class PostgreSqlCollection : ICollectionFixture<PostgreSqlServer>;
