using System.Net;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;
using Duende.IdentityModel.Client;

namespace Connectors.Sources.Rest.SharePointOnline;

/// <summary>SharePoint's own REST API, for what Microsoft Graph does not tell: pages as text, attachments of list items, roles.</summary>
internal static class SharePointRest
{
    private const string Principal = "00000003-0000-0ff1-ce00-000000000000";

    private const string PermissionHint =
        "Grant the application the permission Sites.FullControl.All of SharePoint (Sites.Read.All without access control) of type "
        + "application, and an administrator's consent.";

    /// <summary>The pages of a site.</summary>
    public const string SitePages = "_api/web/lists/GetByTitle('Site%20Pages')";

    /// <summary>A client for the tenant's host.</summary>
    public static RestClient Create(SourceContext context, SharePointConfiguration configuration)
    {
        var http = RestClient.CreateHttp(context, "tenant_name");
        try
        {
            return new RestClient(
                new RestClientOptions
                {
                    Name = "SharePoint",
                    Address = new Uri($"https://{configuration.Host}/"),
                    AddressField = "tenant_name",
                    Signer = SignerOf(http, context, configuration),
                    SignInHint =
                        $"Check {configuration.SignIn.App.CredentialField}. SharePoint takes applications that sign in by certificate; by "
                        + $"secret only where that has not been ended. {PermissionHint}",
                    PermissionHint = PermissionHint,
                },
                context,
                http
            );
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>Whether a site has no such list, which SharePoint says with 404 as well.</summary>
    public static bool HasNoList(RestResponse answer) =>
        answer.Status == HttpStatusCode.NotFound
        && answer.TryJson()?.TryGetProperty("odata.error", out var error) == true
        && error.TryGetProperty("code", out var code)
        && code.ToString().Contains("System.ArgumentException", StringComparison.Ordinal);

    private static RequestSigner SignerOf(HttpClient http, SourceContext context, SharePointConfiguration configuration)
    {
        var (signIn, tenant) = (configuration.SignIn, configuration.SignIn.App.Tenant);
        if (signIn.Secret is null)
        {
            return signIn.For(http, $"https://{configuration.Host}", context.TimeProvider);
        }

        // SharePoint takes no token of Entra ID that was got by a secret, only one of its older service for add-ins.
        var tokens = OAuthTokens.ClientCredentials(
            http,
            "SharePoint",
            $"Check {signIn.App.CredentialField}. Microsoft has ended the sign-in by secret for SharePoint's own API: use a certificate "
                + "(auth_method).",
            context.TimeProvider,
            new Uri($"https://accounts.accesscontrol.windows.net/{Uri.EscapeDataString(tenant)}/tokens/OAuth/2"),
            $"{signIn.App.ClientId}@{tenant}",
            signIn.Secret,
            new Parameters([KeyValuePair.Create("resource", $"{Principal}/{configuration.Host}@{tenant}")])
        );
        return RequestSigner.Tokens(tokens, context.TimeProvider);
    }
}
