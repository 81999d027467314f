using System.Data.Common;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Tests.Sources;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Support.Servers;

/// <summary>A database server of the machine, one for all tests of its collection, which run one after the other. Every test makes a
/// database of its own.</summary>
public abstract class SqlServer : IAsyncLifetime
{
    private int _databases;

    /// <summary>Why there is none; empty when there is.</summary>
    public string Missing { get; protected set; } = string.Empty;

    public int Port { get; protected set; }

    /// <summary>The certificate of the server, which is its own authority.</summary>
    public string Certificate { get; protected set; } = string.Empty;

    /// <summary>A user who may do anything.</summary>
    public abstract string UserName { get; }

    public abstract string UserPassword { get; }

    /// <summary>The field of the connector's configuration that has the user.</summary>
    public abstract string UserField { get; }

    internal abstract IReadOnlyList<ConfigField> Fields { get; }

    private protected TemporaryFolder Folder { get; } = TemporaryFolder.With("ready");

    private protected ServerProcess? Process { get; set; }

    /// <summary>The database that is there before any other.</summary>
    protected abstract string FirstDatabase { get; }

    public abstract ValueTask InitializeAsync();

    public virtual async ValueTask DisposeAsync()
    {
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }

        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes an empty database; skips the test when there is no server.</summary>
    /// <returns>Its name.</returns>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = NextName("shop");
        await RunAsync(FirstDatabase, $"CREATE DATABASE {name}", cancellationToken);
        return name;
    }

    /// <summary>Runs statements as a user who may do anything.</summary>
    public async Task RunAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(database, cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<DbConnection> ConnectAsync(string database, CancellationToken cancellationToken)
    {
        var connection = Connection(database);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>A source over a database, whose tables are worth dividing from a few rows on.</summary>
    public IDataSource Source(string database, params (string Field, JsonNode Value)[] values) =>
        Source(Context(database, values), rowsAPartition: 5);

    /// <summary>A source that writes a log.</summary>
    public IDataSource Source(string database, ILoggerFactory logging, params (string Field, JsonNode Value)[] values) =>
        Source(Context(database, values) with { LoggerFactory = logging }, rowsAPartition: 5);

    /// <summary>A source that reads what queries give.</summary>
    /// <param name="database">The database.</param>
    /// <param name="rules">Advanced sync rules.</param>
    /// <param name="logging">Where to write its log, if anywhere.</param>
    /// <param name="values">Values of its other fields.</param>
    public IDataSource SourceOfRules(
        string database,
        string rules,
        ILoggerFactory? logging = null,
        params (string Field, JsonNode Value)[] values
    ) =>
        Source(
            Context(database, values) with
            {
                AdvancedRules = JsonNode.Parse(rules),
                LoggerFactory = logging ?? NullLoggerFactory.Instance,
            },
            rowsAPartition: 5
        );

    private SourceContext Context(string database, params (string Field, JsonNode Value)[] values)
    {
        var all = Values(Port, database);
        foreach (var (field, value) in values)
        {
            all[field] = value;
        }

        return SomeSettings.Of(all, Fields);
    }

    /// <summary>A source's settings.</summary>
    public JsonObject Values(int port, string database) =>
        new()
        {
            ["host"] = "127.0.0.1",
            ["port"] = port,
            [UserField] = UserName,
            ["password"] = UserPassword,
            ["database"] = database,
        };

    internal abstract IDataSource Source(SourceContext context, int rowsAPartition);

    protected abstract DbConnection Connection(string database);

    /// <summary>A name that no other test has; skips the test when there is no server.</summary>
    protected string NextName(string prefix)
    {
        Assert.SkipUnless(Missing.Length == 0, Missing);
        return $"{prefix}{Interlocked.Increment(ref _databases)}";
    }
}
