using System.Data.Common;
using Connectors.Abstractions;
using MySqlConnector;
using Xunit;

namespace Connectors.Tests.Support.Servers;

/// <summary>A MariaDB server.</summary>
public sealed class MariaDbServer : SqlServer
{
    public const string Password = "my-se-cr-et";

    public override string UserName => "mirror";

    public override string UserPassword => Password;

    public override string UserField => "user";

    internal override IReadOnlyList<ConfigField> Fields => Connectors.Sources.Databases.Sql.MySql.MySqlConfiguration.Fields;

    protected override string FirstDatabase => "mysql";

    public override async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        if (ServerProcess.Find("mariadb-install-db") is not { } install || ServerProcess.Find("mariadbd") is not { } server)
        {
            Missing = "this machine has no MariaDB server (mariadb-install-db and mariadbd)";
            return;
        }

        string[] user = Environment.IsPrivilegedProcess ? ["--user=root"] : [];
        var (data, first) = (Path.Combine(Folder.Path, "data"), Path.Combine(Folder.Path, "first.sql"));
        Certificate = TestCertificate.Write(Folder.Path);
        await File.WriteAllTextAsync(
            first,
            $"CREATE USER IF NOT EXISTS {UserName}@'%' IDENTIFIED BY '{Password}';\nGRANT ALL ON *.* TO {UserName}@'%' WITH GRANT "
                + "OPTION;\n",
            cancellation
        );
        await ServerProcess.RunAsync(
            install,
            [
                "--no-defaults",
                $"--datadir={data}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--innodb-log-file-size=8M",
                .. user,
            ],
            cancellation
        );
        (Process, Port) = await ServerProcess.StartAsync(
            server,
            port => Settings(port, data, first).Concat(user),
            "ready for connections",
            cancellation
        );
    }

    internal override IDataSource Source(SourceContext context, int rowsAPartition) =>
        new Connectors.Sources.Databases.Sql.MySql.MySqlDataSource(context, rowsAPartition);

    protected override DbConnection Connection(string database) =>
        new MySqlConnection(
            $"Server=127.0.0.1;Port={Port};User "
                + $"ID={UserName};Password={Password};Database={database};Pooling=false;SslMode=None;AllowUserVariables=true;CharacterSet=utf8mb4"
        );

    /// <summary>Nothing needs to survive the tests.</summary>
    private IEnumerable<string> Settings(int port, string data, string first) =>
        [
            "--no-defaults",
            $"--datadir={data}",
            $"--port={port}",
            "--bind-address=127.0.0.1",
            $"--socket={Folder.Path}/socket",
            $"--pid-file={Folder.Path}/pid",
            $"--init-file={first}",
            "--skip-name-resolve",
            "--character-set-server=utf8mb4",
            "--skip-log-bin",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-log-file-size=8M",
            "--innodb-buffer-pool-size=16M",
            $"--ssl-cert={Folder.Path}/server.crt",
            $"--ssl-key={Folder.Path}/server.key",
        ];
}

/// <summary>The tests that share a server.</summary>
[CollectionDefinition("MariaDB")]
public sealed class MariaDbCollection : ICollectionFixture<MariaDbServer>;
