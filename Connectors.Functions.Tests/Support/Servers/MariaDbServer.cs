using MySqlConnector;
using Xunit;

namespace Connectors.Tests.Support.Servers;

/// <summary>A MariaDB server of the machine, one for all tests of its collection, which run one after the other. Every test makes a database of its own.</summary>
public sealed class MariaDbServer : IAsyncLifetime
{
    public const string User = "mirror";
    public const string Password = "my-se-cr-et";

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
        if (ServerProcess.Find("mariadb-install-db") is not { } install || ServerProcess.Find("mariadbd") is not { } server)
        {
            Missing = "this machine has no MariaDB server (mariadb-install-db and mariadbd)";
            return;
        }

        string[] user = Environment.IsPrivilegedProcess ? ["--user=root"] : [];
        var (data, first) = (Path.Combine(_folder.Path, "data"), Path.Combine(_folder.Path, "first.sql"));
        Certificate = TestCertificate.Write(_folder.Path);
        await File.WriteAllTextAsync(first, $"CREATE USER IF NOT EXISTS {User}@'%' IDENTIFIED BY '{Password}';\nGRANT ALL ON *.* TO {User}@'%' WITH GRANT OPTION;\n", cancellation);
        await ServerProcess.RunAsync(
            install, ["--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=8M", .. user], cancellation);
        (_process, Port) = await ServerProcess.StartAsync(server, port => Settings(port, data, first).Concat(user), "ready for connections", cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
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
        await RunAsync("mysql", $"CREATE DATABASE {name} CHARACTER SET utf8mb4", cancellationToken);
        return name;
    }

    /// <summary>Runs statements as a user who may do anything.</summary>
    public async Task RunAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(database, cancellationToken);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<MySqlConnection> ConnectAsync(string database, CancellationToken cancellationToken)
    {
        var connection = new MySqlConnection($"Server=127.0.0.1;Port={Port};User ID={User};Password={Password};Database={database};Pooling=false;SslMode=None;AllowUserVariables=true;CharacterSet=utf8mb4");
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>Nothing needs to survive the tests.</summary>
    private IEnumerable<string> Settings(int port, string data, string first) =>
    [
        "--no-defaults", $"--datadir={data}", $"--port={port}", "--bind-address=127.0.0.1", $"--socket={_folder.Path}/socket", $"--pid-file={_folder.Path}/pid", $"--init-file={first}",
        "--skip-name-resolve", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=8M", "--innodb-buffer-pool-size=16M",
        $"--ssl-cert={_folder.Path}/server.crt", $"--ssl-key={_folder.Path}/server.key",
    ];
}

/// <summary>The tests that share a server.</summary>
[CollectionDefinition("MariaDB")]
public sealed class MariaDbCollection : ICollectionFixture<MariaDbServer>;
