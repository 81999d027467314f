using System.Net;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.Microsoft;

/// <summary>Microsoft Graph: where it is, how it pages, and what its refusals mean.</summary>
internal static class Graph
{
    /// <summary>Where it is.</summary>
    public const string Address = "https://graph.microsoft.com";

    /// <summary>Lists: items at <c>value</c>, the next page at <c>@odata.nextLink</c>.</summary>
    public static RestPaging Paging { get; } = RestPaging.NextLink("/value", "/@odata.nextLink");

    /// <summary>A client that signs in as an application.</summary>
    /// <param name="context">Clock, log, and the budgets of hosts.</param>
    /// <param name="signIn">The application.</param>
    /// <param name="permissionOf">The application permission that an address needs: <c>Files.Read.All</c>.</param>
    /// <param name="change">Sets what the user may set.</param>
    public static RestClient Create(
        SourceContext context,
        GraphSignIn signIn,
        Func<Uri, string> permissionOf,
        Func<RestClientOptions, RestClientOptions> change
    ) => Create(context, http => signIn.For(http, Address, context.TimeProvider), signIn.App, permissionOf, change);

    /// <summary>A client.</summary>
    /// <param name="context">Clock, log, and the budgets of hosts.</param>
    /// <param name="signerOf">Signs requests in; given what sends them, to fetch tokens.</param>
    /// <param name="app">Names the fields, for messages.</param>
    /// <param name="permissionOf">The application permission that an address needs: <c>Files.Read.All</c>.</param>
    /// <param name="change">Sets what the user may set.</param>
    /// <param name="permissionType">Whose permissions they are: the application's, or <c>delegated</c> by a user.</param>
    public static RestClient Create(
        SourceContext context,
        Func<HttpClient, RequestSigner> signerOf,
        EntraApp app,
        Func<Uri, string> permissionOf,
        Func<RestClientOptions, RestClientOptions> change,
        string permissionType = "application"
    )
    {
        var http = RestClient.CreateHttp(context, app.TenantField);
        try
        {
            var options = new RestClientOptions
            {
                Name = "Microsoft Graph",
                Address = new Uri($"{Address}/v1.0/"),
                AddressField = app.TenantField,
                HasFixedHost = true,
                Signer = signerOf(http),
                SignInHint = $"Check {app.TenantField}, {app.ClientField} and {app.CredentialField}.",
                PermissionHint = "Grant the application the permissions that the documentation of the source lists.",
                Explain = answer => Explain(answer, permissionOf, permissionType),
            };
            return new RestClient(change(options), context, http);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    /// <summary>Graph's word for an error: <c>ResourceNotFound</c>; <see langword="null"/> when the answer is none of Graph's.</summary>
    public static string? ErrorOf(RestResponse answer) => answer.TryJson()?.Text("error", "code");

    /// <summary>The error when the application may not read something.</summary>
    /// <param name="place">What it is.</param>
    /// <param name="permission">The permission that it needs.</param>
    /// <param name="type">Whose permission that is: the application's, or <c>delegated</c> by a user.</param>
    public static ConnectorException Refused(string place, string permission, string type = "application") =>
        new(
            FailureKind.Fatal,
            $"Microsoft Graph ({place}): refuses permission (403). Grant the application the permission {permission} of type {type}, and "
                + "an administrator's consent.",
            RestErrors.Cause(HttpStatusCode.Forbidden)
        );

    private static ConnectorException? Explain(RestResponse answer, Func<Uri, string> permissionOf, string permissionType) =>
        answer.Status == HttpStatusCode.Forbidden
            ? Refused(RestErrors.Name(answer.Address), permissionOf(answer.Address), permissionType)
            : null;
}
