using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Azure;
using Azure.Identity;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Microsoft.Identity.Client;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>
/// Words why Microsoft Entra ID gives no token. Its own sentences repeat ids and what was sent, so only the code is passed on: it is what
/// can be looked up.
/// </summary>
internal static class EntraErrors
{
    /// <summary>The library asks nothing for this long after such a failure, unless the answer said how long.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // The authority is always Microsoft's own (EntraTokens).
    private const string Authority = "Microsoft Entra ID (https://login.microsoftonline.com)";

    // Its token comes from an endpoint of the machine or app that this runs in, and not from the authority.
    private const string Identity = "The managed identity";

    /// <summary>The exception to throw.</summary>
    /// <param name="failure">What the library says.</param>
    /// <param name="app">Names the fields; <see langword="null"/> for a managed identity.</param>
    public static ConnectorException Explain(AuthenticationFailedException failure, EntraApp? app)
    {
        if (failure is CredentialUnavailableException)
        {
            return new ConnectorException(
                "There is no managed identity here. Give the machine or the app one, or sign in with a secret or a certificate."
            );
        }

        var place = app is null ? Identity : Authority;
        var answer = NetworkFailure.Find<MsalServiceException>(failure);
        if (answer is { StatusCode: > 0 and var status } && RestErrors.IsPassing((HttpStatusCode)status))
        {
            return OAuthErrors.Passing(place, (HttpStatusCode)status, OAuthErrors.WaitOf(answer.Headers) ?? Pause);
        }

        if (CodeOf(failure) is { } code)
        {
            return Refused(code, app);
        }

        return answer is not null || !IsOnTheWay(failure)
            ? new ConnectorException(
                FailureKind.Fatal,
                $"Microsoft Entra ID gives no token. {Check(app)}",
                RestErrors.Cause(HttpStatusCode.Unauthorized)
            )
            : RestErrors.Unanswered(place, field: null, failure) ?? OAuthErrors.Unreadable(place);
    }

    private static ConnectorException Refused(string code, EntraApp? app) =>
        new(
            FailureKind.Fatal,
            app is null
                ? $"Microsoft Entra ID gives no token ({code}). {Check(app)}"
                : code switch
                {
                    "AADSTS90002" or "AADSTS900021" or "AADSTS900023" or "AADSTS90013" =>
                        $"{app.TenantField}: Microsoft Entra ID knows no such tenant ({code}). Enter the directory (tenant) id of the app "
                            + "registration.",
                    "AADSTS700016" or "AADSTS70001" or "AADSTS700038" or "AADSTS90019" =>
                        $"{app.ClientField}: the tenant has no such app ({code}). Enter the application (client) id, and check "
                            + $"{app.TenantField}.",
                    "AADSTS7000112" => $"{app.ClientField}: the app is switched off in the tenant ({code}). Enable sign-in for it.",
                    "AADSTS7000215" =>
                        $"{app.CredentialField}: not the app's secret ({code}). Enter the secret's value, not its id; it is shown only "
                            + "once.",
                    "AADSTS7000222" => $"{app.CredentialField}: the secret has expired ({code}). Make a new one in the app registration.",
                    "AADSTS700027" or "AADSTS7000272" or "AADSTS700030" =>
                        $"{app.CredentialField}: the app does not know this certificate ({code}). Upload it to the app registration.",
                    _ => $"Microsoft Entra ID gives no token ({code}). {Check(app)}",
                },
            RestErrors.Cause(HttpStatusCode.Unauthorized)
        );

    private static string Check(EntraApp? app) =>
        app is null
            ? "Check the managed identity and its permissions."
            : $"Check {app.TenantField}, {app.ClientField} and {app.CredentialField}.";

    /// <summary>What the library throws when there is no answer, or one that is none of Entra's.</summary>
    private static bool IsOnTheWay(Exception failure) =>
        NetworkFailure.Find<HttpRequestException>(failure) is not null
        || NetworkFailure.Find<IOException>(failure) is not null
        || NetworkFailure.Find<SocketException>(failure) is not null
        || NetworkFailure.Find<RequestFailedException>(failure) is not null
        || NetworkFailure.Find<OperationCanceledException>(failure) is not null
        || NetworkFailure.Find<MsalClientException>(failure) is not null
        || NetworkFailure.Find<JsonException>(failure) is not null;

    private static string? CodeOf(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            var start = failure.Message.IndexOf("AADSTS", StringComparison.Ordinal);
            if (start >= 0)
            {
                return new string([.. failure.Message[start..].TakeWhile(char.IsAsciiLetterOrDigit)]);
            }
        }

        return null;
    }
}
