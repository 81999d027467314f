using System.Text.Json;
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
        var sender = new ConfigurableMessageHandler(new ReadableAnswers(handler)) { FollowRedirect = false, NumTries = 1 };
        sender.AddUnsuccessfulResponseHandler(this);
        return new(sender) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <inheritdoc/>
    /// <remarks>The library looks for an error in the body of any answer, and loses the status where there is none.</remarks>
    Task<bool> IHttpUnsuccessfulResponseHandler.HandleResponseAsync(HandleUnsuccessfulResponseArgs args) =>
        RestErrors.IsPassing(args.Response.StatusCode)
            ? throw OAuthErrors.Passing(Service, TokenEndpoint, args.Response)
            : Task.FromResult(false);

    /// <summary>The library takes an answer of success that is no JSON for a refusal, and fails over an empty one, also over an empty
    /// refusal.</summary>
    private sealed class ReadableAnswers(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (IsObject(await answer.Content.ReadAsByteArrayAsync(cancellationToken)))
            {
                return answer;
            }

            if (answer.IsSuccessStatusCode)
            {
                answer.Dispose();
                throw OAuthErrors.Unreadable($"{Service} ({RestErrors.Name(TokenEndpoint)})");
            }

            answer.Content = new StringContent("{}");
            return answer;
        }

        private static bool IsObject(byte[] body)
        {
            try
            {
                using var json = JsonDocument.Parse(body);
                return json.RootElement.ValueKind == JsonValueKind.Object;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }
}
