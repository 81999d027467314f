using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;

namespace Connectors.Sources.Rest.Google;

/// <summary>
/// Sends what Google's library asks for through a handler of ours. Redirects are not followed, since they would take the assertion
/// elsewhere; retries and time limits are the caller's, with its clock.
/// </summary>
/// <param name="handler">Sends. It is disposed by whoever made it: clients of the library are not disposed.</param>
internal sealed class GoogleConnection(HttpMessageHandler handler) : IHttpClientFactory, IHttpUnsuccessfulResponseHandler
{
    /// <summary>Who answers, as messages name it.</summary>
    public const string Service = "Google";

    /// <summary>Where tokens are given.</summary>
    public static Uri TokenEndpoint { get; } = new(GoogleAuthConsts.OidcTokenUrl);

    /// <inheritdoc/>
    public ConfigurableHttpClient CreateHttpClient(CreateHttpClientArgs args)
    {
        var sender = new ConfigurableMessageHandler(handler) { FollowRedirect = false, NumTries = 1 };
        sender.AddUnsuccessfulResponseHandler(this);
        return new(sender) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <inheritdoc/>
    /// <remarks>The library looks for an error in the body of any answer, and loses the status where there is none.</remarks>
    Task<bool> IHttpUnsuccessfulResponseHandler.HandleResponseAsync(HandleUnsuccessfulResponseArgs args) =>
        RestErrors.IsPassing(args.Response.StatusCode)
            ? throw OAuthErrors.Passing(Service, TokenEndpoint, args.Response.StatusCode)
            : Task.FromResult(false);
}
