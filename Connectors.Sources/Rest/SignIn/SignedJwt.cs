using System.Security.Cryptography;
using Connectors.Abstractions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>
/// Short tokens that are signed here with a private key (RS256), to prove who asks: GitHub Apps, Salesforce's and Google's JWT bearer flow.
/// </summary>
internal static class SignedJwt
{
    /// <summary>A token that is good for a few minutes.</summary>
    /// <param name="field">The field of the key, for the message.</param>
    /// <param name="privateKey">An RSA key in PEM.</param>
    /// <param name="issuer">Who asks: the app's id, the consumer key.</param>
    /// <param name="audience">Who is asked; <see langword="null"/> for none.</param>
    /// <param name="subject">On whose behalf; <see langword="null"/> for none.</param>
    /// <param name="now">The time. A minute less is written, for clocks that differ.</param>
    /// <param name="claims">Further claims: <c>scope</c>.</param>
    /// <exception cref="ConnectorException">The key is none.</exception>
    public static string Create(
        string field,
        Secret privateKey,
        string issuer,
        string? audience,
        string? subject,
        DateTimeOffset now,
        IReadOnlyDictionary<string, object>? claims = null
    )
    {
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(Pem.Lines(privateKey.Reveal()));
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new ConnectorException($"{field}: not an RSA private key in PEM. Paste the whole file, with its BEGIN and END lines.");
        }

        var all = new Dictionary<string, object>(claims ?? new Dictionary<string, object>(StringComparer.Ordinal), StringComparer.Ordinal);
        if (subject is not null)
        {
            all["sub"] = subject;
        }

        var key = new RsaSecurityKey(rsa) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer,
                Audience = audience,
                IssuedAt = now.UtcDateTime.AddMinutes(-1),
                Expires = now.UtcDateTime.AddMinutes(5),
                Claims = all,
                SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.RsaSha256),
            }
        );
    }
}
