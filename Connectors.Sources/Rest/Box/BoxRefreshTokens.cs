using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Rest.Box;

/// <summary>
/// Tokens by a refresh token that Box takes once and replaces. The next one goes into the connector's configuration before anything else
/// is done, so that another process, and this one after a restart, goes on with it. All sources of this process that are given a token of
/// the same chain share what came of it. Safe for concurrent use.
/// </summary>
/// <param name="refresh">Asks with a refresh token.</param>
/// <param name="configured">The one that the source was made with; the connector's may be newer.</param>
/// <param name="context">Clock, log, and where the next one is kept.</param>
internal sealed class BoxRefreshTokens(Func<Secret, OAuthTokens> refresh, Secret configured, SourceContext context) : ITokenSource
{
    /// <summary>The field of the refresh token.</summary>
    public const string Field = "refresh_token";

    private const int MostLooks = 3;

    // A used token leads to what came of it. With one an hour, the last 100 are those of four days.
    private const int MostTokens = 100;

    private static readonly ConcurrentDictionary<string, Chain> All = new(StringComparer.Ordinal);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
    private readonly ILogger _logger = context.LoggerFactory.CreateLogger<BoxRefreshTokens>();
    private AccessToken? _given;

    /// <inheritdoc/>
    public async Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
    {
        for (var look = 1; ; look++)
        {
            var current = await CurrentAsync(cancellationToken);
            var chain = ChainOf(current);
            try
            {
                return await FetchAsync(chain, current, cancellationToken);
            }
            catch (ConnectorException refused)
                when (context.Store is not null && look < MostLooks && RestErrors.StatusOf(refused) == HttpStatusCode.Unauthorized)
            {
                // Another process may have used it at the same moment, and writes down what it got a moment later.
                await Task.Delay(Pause, context.TimeProvider, cancellationToken);
                if (ChainOf(await CurrentAsync(cancellationToken)) == chain)
                {
                    throw;
                }
            }
        }
    }

    private async Task<AccessToken> FetchAsync(Chain chain, Secret current, CancellationToken cancellationToken)
    {
        await chain.Gate.WaitAsync(cancellationToken);
        try
        {
            chain.Note(KeyOf(current));

            // A request that is given up may have used up the refresh token: it ends by itself, not with the sync.
            using var late = new CancellationTokenSource(Patience, context.TimeProvider);

            // One that was given here and is asked for again was refused.
            if (chain.Access is not { } access || access == _given || !IsGood(access))
            {
                access = await RefreshAsync(chain, late.Token);
            }

            if (context.Store is { } store && !chain.Refresh.Equals(current))
            {
                await KeepAsync(store, chain);
            }

            return _given = access;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectorException(FailureKind.Retry, "Box (https://api.box.com): gave no token in time.");
        }
        finally
        {
            chain.Gate.Release();
        }
    }

    private async Task<AccessToken> RefreshAsync(Chain chain, CancellationToken late)
    {
        var tokens = refresh(chain.Refresh);
        var access = await tokens.FetchAsync(late);
        if (tokens.RefreshToken is { } next)
        {
            chain.Note(KeyOf(next));
            chain.Refresh = next;
        }

        return chain.Access = access;
    }

    /// <summary>Writes the next refresh token down, in the place of one of its chain: what a user has entered meanwhile stays.</summary>
    /// <remarks>It is the only one that Box takes from now on: its write ends by itself, not with the sync, and has its own time, however
    /// long Box took.</remarks>
    private async Task KeepAsync(ISettingStore store, Chain chain)
    {
        using var late = new CancellationTokenSource(Patience, context.TimeProvider);
        try
        {
            await store.ReplaceAsync(Field, value => value is not null && ChainOf(value) == chain, chain.Refresh, late.Token);
        }
        catch (Exception failure) when (failure is ConnectorException or OperationCanceledException)
        {
            var reason = failure is ConnectorException ? failure.Message : "Elasticsearch did not answer in time.";
            RestLog.NotKept(_logger, "Box", Field, reason);
        }
    }

    private async Task<Secret> CurrentAsync(CancellationToken cancellationToken) =>
        (context.Store is { } store ? await store.ReadAsync(Field, cancellationToken) : null) ?? configured;

    private bool IsGood(AccessToken access) => access.ExpiresAt is not { } end || end - Margin > context.TimeProvider.GetUtcNow();

    private static Chain ChainOf(Secret token) => All.GetOrAdd(KeyOf(token), _ => new Chain { Refresh = token });

    private static string KeyOf(Secret token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token.Reveal())));

    /// <summary>Refresh tokens of which each came for the one before, and what the last one brought. Changed within its gate.</summary>
    private sealed class Chain
    {
        private readonly List<string> _keys = [];

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public required Secret Refresh { get; set; }

        public AccessToken? Access { get; set; }

        /// <summary>Leads from a token to this chain, and no longer from the one that nobody has had for the longest time.</summary>
        public void Note(string key)
        {
            All[key] = this;
            _keys.Remove(key);
            _keys.Add(key);
            if (_keys.Count > MostTokens)
            {
                All.TryRemove(_keys[0], out _);
                _keys.RemoveAt(0);
            }
        }
    }
}
