namespace Connectors.Sources.Rest.SignIn;

/// <summary>An application that is registered in Microsoft Entra ID, and the fields that say so, for messages.</summary>
/// <param name="Tenant">Tenant id or name.</param>
/// <param name="ClientId">The application's id.</param>
/// <param name="CredentialField">The field of its secret, or of its certificate.</param>
internal sealed record EntraApp(string Tenant, string ClientId, string CredentialField = "client_secret")
{
    /// <summary>The field of the tenant.</summary>
    public string TenantField { get; init; } = "tenant_id";

    /// <summary>The field of the application's id.</summary>
    public string ClientField { get; init; } = "client_id";
}
