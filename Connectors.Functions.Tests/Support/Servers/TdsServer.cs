using System.Data.Common;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Support.Tds;
using Connectors.Tests.Support.TSql;
using Microsoft.Data.SqlClient;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using Xunit.v3;

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
        TestContext.Current.KeyValueStorage[nameof(TdsServer)] = this;
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
        AssertNothingWentWrong();
    }

    /// <summary>Whoever was answered such an error, or none at all, may have taken it for something else.</summary>
    internal void AssertNothingWentWrong()
    {
        string[] wrong = [.. _data.Refused, .. (_server?.Faults ?? []).Select(fault => fault.ToString())];
        _data.Refused.Clear();
        _server?.Faults.Clear();
        Assert.Empty(wrong);
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
[FailsWithItsServer]
public sealed class TdsCollection : ICollectionFixture<TdsServer>;

/// <summary>A test fails when the server that it shares had a fault in the meantime, or did not know a statement.</summary>
internal sealed class FailsWithItsServerAttribute : BeforeAfterTestAttribute
{
    public override void After(MethodInfo methodUnderTest, IXunitTest test) =>
        ((TdsServer)TestContext.Current.KeyValueStorage[nameof(TdsServer)]!).AssertNothingWentWrong();
}
