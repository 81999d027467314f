using System.Net;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Google.Apis.Http;
using Google.Apis.Util;

namespace Connectors.Sources.Rest.Google;

/// <summary>
/// Tokens of a service account, for itself or on behalf of a user of the domain (domain-wide delegation), by Google's library. It keeps
/// tokens in its credentials, also those that a service has refused; so each token comes from a new one.
/// </summary>
/// <param name="connection">Sends the requests.</param>
/// <param name="account">The account.</param>
/// <param name="subject">The user on whose behalf it asks; <see langword="null"/> for the account itself.</param>
/// <param name="scopes">What is asked for, with blanks between.</param>
/// <param name="isPlace">Whether others can be read when this user can't, who may be gone by now.</param>
/// <param name="time">The clock.</param>
internal sealed class GoogleTokens(
    GoogleConnection connection,
    GoogleAccount account,
    string? subject,
    string scopes,
    bool isPlace,
    TimeProvider time
) : ITokenSource, IClock
{
    /// <inheritdoc/>
    DateTime IClock.Now => time.GetLocalNow().DateTime;

    /// <inheritdoc/>
    DateTime IClock.UtcNow => time.GetUtcNow().UtcDateTime;

    private string Hint =>
        subject is null
            ? $"Check {GoogleAccount.FieldName}: the key may be deleted or the account disabled."
            : $"Check {GoogleAccount.FieldName}, that {subject} is a user of the domain, and that the domain's administrator delegates the "
                + $"scopes {scopes} to the account.";

    /// <inheritdoc/>
    public async Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
    {
        using var key =
            Pem.RsaKey(account.PrivateKey)
            ?? throw new ConnectorException(
                $"{GoogleAccount.FieldName}: its private_key is not an RSA private key in PEM. Paste the whole file, as the Google Cloud "
                    + "console gave it."
            );

        // Where tokens are given is Google's own address, and not what the key's JSON says.
        var credential = new ServiceAccountCredential(
            new ServiceAccountCredential.Initializer(account.Email)
            {
                Key = key,
                User = subject,
                Scopes = scopes.Split(' '),
                Clock = this,
                HttpClientFactory = connection,
                DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
            }
        );
        try
        {
            await credential.RequestAccessTokenAsync(cancellationToken);
        }
        catch (TokenResponseException refused)
        {
            throw Refused(refused.Error?.Error);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw OAuthErrors.Unanswered(GoogleConnection.Service, GoogleConnection.TokenEndpoint, addressField: null, failure);
        }

        if (credential.Token is not { AccessToken: { Length: > 0 } token })
        {
            throw Refused(code: null);
        }

        var seconds = credential.Token.ExpiresInSeconds;
        return new AccessToken(new Secret(token), seconds > 0 ? time.GetUtcNow().AddSeconds(seconds.Value) : null);
    }

    private ConnectorException Refused(string? code)
    {
        var refused = OAuthErrors.Refused(GoogleConnection.Service, Hint, code);

        // The account itself got a token, or there would be no list of users: only this one's data is closed.
        return isPlace ? new ConnectorException(FailureKind.Fatal, refused.Message, RestErrors.Cause(HttpStatusCode.Forbidden)) : refused;
    }
}
