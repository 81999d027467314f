using System.Data.Common;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql.Tds;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;
using Microsoft.Data.SqlClient;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>
/// Makes connections; the driver pools them. Before the first, and after a failure, the server is greeted: so what is wrong on the way to
/// it is known at once and exactly, and a certificate can be checked by rules that the driver does not have. The driver then takes that
/// certificate and no other. Safe for concurrent use.
/// </summary>
internal sealed class MsSqlConnections : DbDataSource
{
    /// <summary>The runtime's switch, which the driver looks at too.</summary>
    private const string WithoutCultures = "System.Globalization.Invariant";

    /// <summary>A token is fetched anew this long before it ends.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly MsSqlConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly HttpClient? _http;
    private readonly EntraTokens? _tokens;
    private SqlConnectionStringBuilder? _settings;
    private AccessToken? _token;
    private DirectoryInfo? _certificates;

    /// <exception cref="ConnectorException">The tenant can't be one.</exception>
    public MsSqlConnections(MsSqlConfiguration configuration, SourceContext context)
    {
        (_configuration, _time) = (configuration, context.TimeProvider);
        if (configuration.Entra is { Tenant: { } tenant, ClientId: { } client, Secret: { } secret })
        {
            _http = RestClient.CreateHttp(context);
            _tokens = EntraTokens.Secret(_http, new EntraApp(tenant, client, MsSqlConfiguration.ClientSecretField), secret, Scope);
        }
        else if (configuration.Entra is { } identity)
        {
            _tokens = EntraTokens.ManagedIdentity(identity.ClientId, Scope);
        }
    }

    /// <summary>Without the password.</summary>
    public override string ConnectionString => $"Server={Address};Database={_configuration.Database}";

    /// <summary>What a token is for. It is not the server that says it: it could have itself be given a token for something else.</summary>
    private static string Scope => "https://database.windows.net/.default";

    private string Address => $"tcp:{_configuration.Host},{_configuration.Port}";

    protected override DbConnection CreateDbConnection() =>
        throw new NotSupportedException("A connection is opened by OpenConnectionAsync.");

    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        var (text, token) = await PrepareAsync(cancellationToken);
        var connection = Connection(text, token);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (InvalidOperationException odd)
        {
            // The driver says so of a pool without a free connection, and of answers that it can't read.
            await ForgetAsync(connection);
            throw new IOException("The connection was not opened.", odd);
        }
        catch
        {
            await ForgetAsync(connection);
            throw;
        }
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        if (_settings is { } settings)
        {
            await using var pooled = Connection(settings.ConnectionString, _token?.Value);
            SqlConnection.ClearPool(pooled);
        }

        _http?.Dispose();
        _gate.Dispose();
        _certificates?.Delete(recursive: true);
        await base.DisposeAsyncCore();
    }

    /// <summary>Not yet open. The driver has a pool for each pair of settings and token.</summary>
    private static SqlConnection Connection(string settings, Secret? token)
    {
        var connection = new SqlConnection(settings);
        if (token is not null)
        {
            connection.AccessToken = token.Reveal();
        }

        return connection;
    }

    /// <summary>The next connection begins with a greeting, and with another token.</summary>
    private ValueTask ForgetAsync(SqlConnection failed)
    {
        (_settings, _token) = (null, null);
        return failed.DisposeAsync();
    }

    private async Task<(string Settings, Secret? Token)> PrepareAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var settings = _settings ??= await GreetAsync(cancellationToken);
            if (_tokens is not null && (_token is null || _token.ExpiresAt - Margin <= _time.GetUtcNow()))
            {
                _token = await _tokens.FetchAsync(cancellationToken);
            }

            return (settings.ConnectionString, _token?.Value);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Meets the server, and finds out how to connect to it.</summary>
    private async Task<SqlConnectionStringBuilder> GreetAsync(CancellationToken cancellationToken)
    {
        var hasOwnCheck = _configuration is { SslEnabled: true } and ({ Authorities: not null } or { ValidatesHost: false });
        var greeting = await TdsGreeting.SendAsync(
            _configuration.Host,
            _configuration.Port,
            _configuration.SslEnabled
                ? CertificateAuthorities.Trust(_configuration.Authorities, checksName: _configuration.ValidatesHost)
                : null,
            cancellationToken
        );
        if (_configuration.SslEnabled && !greeting.OffersTls)
        {
            throw new TdsException("the server does not offer TLS. Switch it on there, or clear ssl_enabled.");
        }

        if (AppContext.TryGetSwitch(WithoutCultures, out var isWithout) && isWithout)
        {
            throw new ConnectorException(
                "SQL Server: its driver needs the cultures of ICU, and this program was started without. Install ICU (the package libicu), "
                    + "and start the program with DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false in its environment."
            );
        }

        var settings = new SqlConnectionStringBuilder
        {
            DataSource = Address,
            InitialCatalog = _configuration.Database,
            ApplicationName = "connectors",
            ConnectTimeout = 15,
            CommandTimeout = (int)_configuration.StatementTimeout.TotalSeconds,

            // Retries are the caller's; the driver would also answer a second attempt with the failure of the first.
            ConnectRetryCount = 0,
            PoolBlockingPeriod = PoolBlockingPeriod.NeverBlock,
            Encrypt = greeting.OffersTls ? SqlConnectionEncryptOption.Mandatory : SqlConnectionEncryptOption.Optional,
            TrustServerCertificate = !_configuration.SslEnabled,
        };
        if (_configuration.Entra is null)
        {
            (settings.UserID, settings.Password) = (_configuration.User, _configuration.Password?.Reveal() ?? string.Empty);
        }

        // Where the driver's own check is enough it stays the one that counts: a gateway may lead to a server with another certificate.
        if (hasOwnCheck && greeting.Certificate is { } certificate)
        {
            settings.ServerCertificate = await KeepAsync(certificate, cancellationToken);
        }

        return settings;
    }

    /// <summary>Writes the certificate where the driver can read it and nobody else can change it. The driver reads it for each connection,
    /// also while a new one is written: it finds the one or the other whole.</summary>
    private async Task<string> KeepAsync(string certificate, CancellationToken cancellationToken)
    {
        _certificates ??= Directory.CreateTempSubdirectory("connectors-mssql-");
        var file = Path.Combine(_certificates.FullName, "server.pem");
        await File.WriteAllTextAsync(file + ".new", certificate, cancellationToken);
        File.Move(file + ".new", file, overwrite: true);
        return file;
    }
}
