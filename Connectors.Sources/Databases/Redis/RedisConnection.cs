using System.Net.Sockets;
using Connectors.Abstractions;
using StackExchange.Redis;

namespace Connectors.Sources.Databases.Redis;

/// <summary>
/// The connection to a server. Made at the first call, and anew after one that broke: what was begun on a broken one fails, so that nobody
/// goes on with another server without looking. Safe for concurrent use.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    private const int ConnectMilliseconds = 15_000;
    private const int PingMilliseconds = 5_000;
    private const int AnswerMilliseconds = 60_000;

    /// <summary>RFC 8446, 5.1: what a server with TLS sends to one who does not speak it.</summary>
    private const byte TlsAlert = 0x15;

    private readonly Lazy<RedisConfiguration> _configuration;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private ConnectionMultiplexer? _open;

    /// <param name="settings">What the connector's fields say; looked at by the first call.</param>
    public RedisConnection(SourceSettings settings) =>
        _configuration = new Lazy<RedisConfiguration>(() => RedisConfiguration.From(settings), LazyThreadSafetyMode.PublicationOnly);

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public RedisConfiguration Configuration => _configuration.Value;

    /// <summary>The server as messages name it.</summary>
    public string Server => new RedisErrors(Configuration).Server;

    /// <summary>Does something with the server.</summary>
    /// <param name="doing">What, for the message: <c>list the keys</c>.</param>
    /// <param name="work">What.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <exception cref="ConnectorException">It failed.</exception>
    public async Task<T> TryAsync<T>(string doing, Func<ConnectionMultiplexer, Task<T>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ConnectionMultiplexer? used = null;
        try
        {
            used = await OpenAsync(cancellationToken);
            return await work(used).WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (RedisErrors.IsServiceFailure(failure))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (used is not null && !RedisErrors.IsAnswer(failure))
            {
                await DropAsync(used);
            }

            throw new RedisErrors(Configuration).Explain(doing, failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_open is { } open)
        {
            await DropAsync(open);
        }
    }

    private async Task<ConnectionMultiplexer> OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _open) is { } open)
        {
            return open;
        }

        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_open is null)
            {
                var connecting = ConnectAsync(cancellationToken);
                try
                {
                    Volatile.Write(ref _open, await connecting.WaitAsync(cancellationToken));
                }
                catch (OperationCanceledException)
                {
                    // The client can't be told to stop; what it still opens is closed again.
                    _ = connecting.ContinueWith(
                        late => late.Result.Dispose(),
                        CancellationToken.None,
                        TaskContinuationOptions.OnlyOnRanToCompletion,
                        TaskScheduler.Default
                    );
                    throw;
                }
            }

            return _open;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        await ReachAsync(cancellationToken);
        var made = await ConnectMultiplexerAsync(cancellationToken);
        try
        {
            // A server that lets anybody in lets in a user with a wrong password as well: as somebody else.
            if (Configuration.Password is { } password)
            {
                object[] login = Configuration.User.Length > 0 ? [Configuration.User, password.Reveal()] : [password.Reveal()];
                await made.GetDatabase().ExecuteAsync("AUTH", login);
            }

            return made;
        }
        catch (RedisServerException answer)
        {
            await made.DisposeAsync();
            throw new RedisErrors(Configuration).ExplainLogin(answer);
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectMultiplexerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectionMultiplexer.ConnectAsync(Options());
        }
        catch (RedisConnectionException failure)
        {
            var first = await AnswerToPingAsync(cancellationToken);
            throw first switch
            {
                null => failure,
                (byte)'+' or (byte)'-' => Configuration.SslEnabled ? NetworkFailure.WithoutTls(Server) : failure,
                TlsAlert => Configuration.SslEnabled
                    ? failure
                    : new ConnectorException($"{Server}: the server takes connections with TLS only. Set ssl_enabled."),
                _ => NetworkFailure.OtherProtocol(Server, "Redis"),
            };
        }
    }

    /// <summary>The first byte of the answer to a PING that is not encrypted; <see langword="null"/> when there is none. Redis without TLS
    /// takes the beginning of TLS for a command that is still coming, and says nothing; this it answers, well or not. Nothing secret is
    /// sent.</summary>
    private async Task<byte?> AnswerToPingAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(PingMilliseconds);
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(Configuration.Host, Configuration.Port, limit.Token);
            await probe.GetStream().WriteAsync("PING\r\n"u8.ToArray(), limit.Token);
            var first = new byte[1];
            return await probe.GetStream().ReadAsync(first, limit.Token) == 1 ? first[0] : null;
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    // The client may wait out its time limit for a port that refuses; the system says so at once.
    private async Task ReachAsync(CancellationToken cancellationToken)
    {
        using var probe = new TcpClient();
        try
        {
            await probe
                .ConnectAsync(Configuration.Host, Configuration.Port, cancellationToken)
                .AsTask()
                .WaitAsync(TimeSpan.FromMilliseconds(ConnectMilliseconds), cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new RedisErrors(Configuration).Unreachable();
        }
    }

    private ConfigurationOptions Options()
    {
        var options = new ConfigurationOptions
        {
            User = Configuration.User.Length > 0 ? Configuration.User : null,
            Password = Configuration.Password?.Reveal(),
            ClientName = "connectors",
            AbortOnConnectFail = true,
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectRetry = 0,
            ConnectTimeout = ConnectMilliseconds,
            AsyncTimeout = AnswerMilliseconds,
            SyncTimeout = AnswerMilliseconds,

            // It counts INFO among the commands of administrators. Nothing is sent that changes anything.
            AllowAdmin = true,

            // No channels are listened to, and no key is asked for to tell primaries apart.
            ConfigurationChannel = string.Empty,
            TieBreaker = string.Empty,
            CommandMap = CommandMap.Create(new HashSet<string>(["SUBSCRIBE"]), available: false),
            IncludeDetailInExceptions = false,
            Ssl = Configuration.SslEnabled,
        };
        options.EndPoints.Add(Configuration.Host, Configuration.Port);
        if (Configuration.SslEnabled)
        {
            options.SslHost = Configuration.Host;
            options.CertificateValidation += CertificateAuthorities.Trust(Configuration.Authorities);

            if (Configuration.Certificate is { } certificate)
            {
                options.CertificateSelection += (_, _, _, _, _) => certificate;
            }
        }

        return options;
    }

    private async Task DropAsync(ConnectionMultiplexer used)
    {
        if (Interlocked.CompareExchange(ref _open, null, used) == used)
        {
            await used.CloseAsync(allowCommandsToComplete: false);
            await used.DisposeAsync();
        }
    }
}
