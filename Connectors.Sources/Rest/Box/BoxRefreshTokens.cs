using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Connectors.Abstractions;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.Box;

/// <summary>
/// Tokens by a refresh token that Box takes once and replaces. All sources of this process that are configured with the same one share
/// what came of it: each sync makes new sources, and the configured one is used up by then. Safe for concurrent use.
/// </summary>
/// <param name="refresh">Asks with a refresh token.</param>
/// <param name="configured">The configured one.</param>
/// <param name="time">The clock.</param>
internal sealed class BoxRefreshTokens(Func<Secret, OAuthTokens> refresh, Secret configured, TimeProvider time) : ITokenSource
{
    private static readonly ConcurrentDictionary<string, Shared> All = new(StringComparer.Ordinal);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    private readonly Shared _shared = All.GetOrAdd(
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(configured.Reveal()))),
        _ => new Shared { Refresh = configured }
    );
    private AccessToken? _given;

    /// <inheritdoc/>
    public async Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
    {
        await _shared.Gate.WaitAsync(cancellationToken);
        try
        {
            // One that was given here and is asked for again was refused.
            if (_shared.Access is { } known && known != _given && (known.ExpiresAt is not { } end || end - Margin > time.GetUtcNow()))
            {
                return _given = known;
            }

            // A request that is given up may have used up the refresh token: it ends by itself, not with the sync.
            using var late = new CancellationTokenSource(Patience, time);
            var tokens = refresh(_shared.Refresh);
            var fetched = await tokens.FetchAsync(late.Token);
            (_shared.Refresh, _shared.Access) = (tokens.RefreshToken ?? _shared.Refresh, fetched);
            return _given = fetched;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectorException(FailureKind.Retry, "Box: the token endpoint did not answer in time.");
        }
        finally
        {
            _shared.Gate.Release();
        }
    }

    private sealed class Shared
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public required Secret Refresh { get; set; }

        public AccessToken? Access { get; set; }
    }
}
