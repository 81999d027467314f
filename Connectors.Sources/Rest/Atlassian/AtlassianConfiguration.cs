using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Limits;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.Atlassian;

/// <summary>How to reach a product of Atlassian.</summary>
/// <param name="Product">Which one.</param>
/// <param name="Edition">In which form.</param>
/// <param name="Url">The site or the base URL, as it was entered.</param>
/// <param name="Signer">Signs requests in.</param>
/// <param name="SignInHint">The fields to check when the sign-in is refused.</param>
internal sealed record AtlassianConfiguration(
    AtlassianProduct Product,
    AtlassianEdition Edition,
    Uri Url,
    RequestSigner Signer,
    string SignInHint
)
{
    /// <summary>The value of <c>data_center_auth_method</c> for a user name and a password.</summary>
    public const string BasicMethod = "basic";

    /// <summary>The value of <c>data_center_auth_method</c> for a personal access token.</summary>
    public const string TokenMethod = "personal_access_token";

    /// <summary>Whether Atlassian runs it.</summary>
    public bool IsCloud => Edition == AtlassianEdition.Cloud;

    /// <summary>Scheme, host and port: <c>https://example.atlassian.net</c>.</summary>
    public string Site => Url.GetLeftPart(UriPartial.Authority);

    /// <summary>The path that a server lies under, without a slash at its end; mostly empty.</summary>
    public string BasePath => Url.AbsolutePath.TrimEnd('/');

    /// <summary>Whether documents list who may see them.</summary>
    public bool HasAccessControl { get; init; }

    /// <summary>How often a request is sent again.</summary>
    public int Retries { get; init; }

    /// <summary>Requests at the same time.</summary>
    public int RequestsAtATime { get; init; }

    /// <summary>Names of hosts that may have a private address.</summary>
    public IReadOnlyList<string> PrivateHosts { get; init; } = [];

    /// <summary>The authorities that are trusted, as PEM; <see langword="null"/> for the system's.</summary>
    public string? Authority { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static AtlassianConfiguration From(SourceSettings settings, AtlassianProduct product)
    {
        var edition = EditionOf(settings, product);
        var (signer, hint) = SignerOf(settings, edition);
        return new AtlassianConfiguration(product, edition, RestFields.Address(settings, product.UrlField), signer, hint)
        {
            HasAccessControl = AccessControl.IsOn(settings),
            Retries = RestFields.Number(settings, "retry_count", 3, 0, 10),
            RequestsAtATime = RestFields.Number(settings, "concurrent_downloads", product.MostDownloads, 1, product.MostDownloads),
            PrivateHosts = settings.GetList("allowed_hosts"),
            Authority = RestFields.AuthorityFrom(settings),
        };
    }

    /// <summary>Makes the client.</summary>
    public RestClient CreateClient(SourceContext context)
    {
        var options = new RestClientOptions
        {
            Name = Product.Name,
            Address = Url,
            AddressField = Product.UrlField,
            Signer = Signer,
            SignInHint = SignInHint,
            PermissionHint = Product.PermissionHint,
            PrivateHosts = PrivateHosts,
            Limits = [LimitRules.Atlassian],
            Retries = Retries,
            RequestsAtATime = RequestsAtATime,
        };
        return new RestClient(
            options,
            context,
            RestClient.CreateHttp(context, Product.UrlField, PrivateHosts, Authority, authorityField: RestFields.AuthorityHint)
        );
    }

    private static AtlassianEdition EditionOf(SourceSettings settings, AtlassianProduct product)
    {
        AtlassianEdition[] editions = [product.Initial, .. Enum.GetValues<AtlassianEdition>().Where(other => other != product.Initial)];
        var chosen = settings.GetChoice("data_source", [.. editions.Select(product.ValueOf)]);
        return editions.First(edition => product.ValueOf(edition) == chosen);
    }

    private static (RequestSigner Signer, string Hint) SignerOf(SourceSettings settings, AtlassianEdition edition)
    {
        switch (edition)
        {
            case AtlassianEdition.Cloud:
                return (
                    Basic(settings, "account_email", "api_token"),
                    "Check account_email, and api_token: a token ends after a year at most."
                );
            case AtlassianEdition.Server:
                return (Basic(settings, "username", "password"), "Check username and password.");
        }

        return settings.GetChoice("data_center_auth_method", BasicMethod, TokenMethod) == BasicMethod
            ? (Basic(settings, "data_center_username", "data_center_password"), "Check data_center_username and data_center_password.")
            : (
                RequestSigner.Bearer(new Secret(settings.GetRequiredString("data_center_personal_access_token"))),
                "Check data_center_personal_access_token: it may have ended."
            );
    }

    private static RequestSigner Basic(SourceSettings settings, string user, string password) =>
        RequestSigner.Basic(settings.GetRequiredString(user), new Secret(settings.GetRequiredString(password)));
}
