namespace Connectors.Sources.Rest.SignIn;

/// <summary>
/// Keeps a token for all requests, renews it a while before it ends, and once when a request that carried it was refused: a token can be
/// withdrawn.
/// </summary>
internal sealed class TokenSigner(ITokenSource tokens, TimeProvider time, string scheme) : RequestSigner, IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile AccessToken? _token;

    public override async ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await GetAsync(cancellationToken);
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {token.Value.Reveal()}");
    }

    public override bool Refused(HttpRequestMessage request)
    {
        // Another request may have had it renewed in the meantime.
        var sent = request.Headers.TryGetValues("Authorization", out var values) ? values.FirstOrDefault() : null;
        if (_token is { } token && sent == $"{scheme} {token.Value.Reveal()}")
        {
            Interlocked.CompareExchange(ref _token, null, token);
        }

        return true;
    }

    public override Task PrepareAsync(CancellationToken cancellationToken) => GetAsync(cancellationToken);

    public void Dispose() => _gate.Dispose();

    private async Task<AccessToken> GetAsync(CancellationToken cancellationToken)
    {
        if (_token is { } token && IsGood(token))
        {
            return token;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_token is { } other && IsGood(other))
            {
                return other;
            }

            return _token = await tokens.FetchAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private bool IsGood(AccessToken token) => token.ExpiresAt is not { } end || end - Margin > time.GetUtcNow();
}
