using System.Net;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.Google;

/// <summary>
/// Tokens of a service account, for itself or on behalf of a user of the domain (domain-wide delegation), by a signed assertion: Google's
/// guide "Using OAuth 2.0 for server to server applications".
/// </summary>
/// <param name="tokens">Fetches them.</param>
/// <param name="user">The user whose data is a part of what is read, and who may be gone by now; <see langword="null"/> when nothing can be
/// read without the token.</param>
internal sealed class GoogleTokens(ITokenSource tokens, string? user) : ITokenSource
{
    /// <summary>Where tokens are given. The address in the key's JSON is not used: the assertion is for Google only.</summary>
    private static readonly Uri Endpoint = new("https://oauth2.googleapis.com/token");

    /// <summary>Tokens for what an account may see itself, or a user.</summary>
    /// <param name="http">Sends the requests.</param>
    /// <param name="account">The account.</param>
    /// <param name="subject">The user on whose behalf it asks; <see langword="null"/> for the account itself.</param>
    /// <param name="scopes">What is asked for, with blanks between.</param>
    /// <param name="isPlace">Whether others can be read when this user can't.</param>
    /// <param name="time">The clock.</param>
    public static GoogleTokens Create(
        HttpClient http,
        GoogleAccount account,
        string? subject,
        string scopes,
        bool isPlace,
        TimeProvider time
    )
    {
        var hint = subject is null
            ? $"Check {GoogleAccount.FieldName}: the key may be deleted or the account disabled."
            : $"Check {GoogleAccount.FieldName}, that {subject} is a user of the domain, and that the domain's administrator delegates the "
                + $"scopes {scopes} to the account.";
        var assertions = OAuthTokens.Assertion(http, "Google", hint, time, Endpoint, () =>
            SignedJwt.Create(
                GoogleAccount.FieldName,
                account.PrivateKey,
                account.Email,
                Endpoint.AbsoluteUri,
                subject,
                time.GetUtcNow(),
                new Dictionary<string, object>(StringComparer.Ordinal) { ["scope"] = scopes }
            )
        );
        return new GoogleTokens(assertions, isPlace ? subject : null);
    }

    /// <inheritdoc/>
    public async Task<AccessToken> FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await tokens.FetchAsync(cancellationToken);
        }
        catch (ConnectorException refused) when (user is not null && RestErrors.StatusOf(refused) == HttpStatusCode.Unauthorized)
        {
            // The account itself got a token, or there would be no list of users: only this one's data is closed.
            throw new ConnectorException(FailureKind.Fatal, refused.Message, RestErrors.Cause(HttpStatusCode.Forbidden));
        }
    }
}
