using Connectors.Abstractions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>
/// Short tokens that are signed here with a private key (RS256), to prove who asks: GitHub Apps.
/// </summary>
internal static class SignedJwt
{
    /// <summary>A token that is good for a few minutes.</summary>
    /// <param name="field">The field of the key, for the message.</param>
    /// <param name="privateKey">An RSA key in PEM.</param>
    /// <param name="issuer">Who asks: the app's id.</param>
    /// <param name="now">The time. A minute less is written, for clocks that differ.</param>
    /// <exception cref="ConnectorException">The key is none.</exception>
    public static string Create(string field, Secret privateKey, string issuer, DateTimeOffset now)
    {
        using var rsa =
            Pem.RsaKey(privateKey)
            ?? throw new ConnectorException($"{field}: not an RSA private key in PEM. Paste the whole file, with its BEGIN and END lines.");
        var key = new RsaSecurityKey(rsa) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer,
                IssuedAt = now.UtcDateTime.AddMinutes(-1),
                Expires = now.UtcDateTime.AddMinutes(5),
                SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.RsaSha256),
            }
        );
    }
}
