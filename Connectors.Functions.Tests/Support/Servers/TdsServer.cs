using System.Data.Common;
using System.Security.Cryptography.X509Certificates;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Support.Tds;
using Connectors.Tests.Support.TSql;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Support.Servers;

/// <summary>A server of these tests that speaks SQL Server's protocol, and the real driver. There is no SQL Server here.</summary>
public sealed class TdsServer : SqlServer
{
    private const string Password = "ms-se-cr-et";

    private readonly TSqlServer _data = new(
        new FakeTimeProvider(new DateTimeOffset(2024, 6, 2, 12, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) }
    );
    private X509Certificate2? _certificate;
    private TdsTestServer? _server;

    public override string UserName => "sa";

    public override string UserPassword => Password;

    public override string UserField => "username";

    internal TSqlServer Data => _data;

    internal TdsTestServer Wire => _server!;

    internal override IReadOnlyList<ConfigField> Fields => MsSqlConfiguration.Fields;

    protected override string FirstDatabase => "master";

    public override ValueTask InitializeAsync()
    {
        if (MsSqlCultures.WhyMissing() is { } reason)
        {
            Missing = reason;
            return ValueTask.CompletedTask;
        }

        _data.Users[UserName] = new TSqlUser(Password);
        Certificate = TestCertificate.Write(Folder.Path);
        _certificate = X509Certificate2.CreateFromPemFile(Path.Combine(Folder.Path, "server.crt"), Path.Combine(Folder.Path, "server.key"));
        _server = new TdsTestServer(_data.AnswerAsync) { ToLogin = _data.Welcome };
        Port = _server.Port;
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _certificate?.Dispose();
        await base.DisposeAsync();

        // Whoever was answered such an error may have taken it for something else.
        Assert.Empty(_data.Refused);
    }

    /// <summary>Offers TLS until it is disposed.</summary>
    internal TlsOffer WithTls()
    {
        Wire.Certificate = _certificate;
        return new TlsOffer(Wire);
    }

    internal override IDataSource Source(SourceContext context, int rowsAPartition) => new MsSqlDataSource(context, rowsAPartition);

    protected override DbConnection Connection(string database) =>
        new SqlConnection(
            $"Server=tcp:127.0.0.1,{Port};Database={database};User ID={UserName};Password={Password};Pooling=false;Encrypt=Optional;"
                + "TrustServerCertificate=true"
        );

    internal sealed class TlsOffer(TdsTestServer server) : IDisposable, IAsyncDisposable
    {
        public void Dispose() => server.Certificate = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>The tests that share a server.</summary>
[CollectionDefinition("TDS")]
public sealed class TdsCollection : ICollectionFixture<TdsServer>;
