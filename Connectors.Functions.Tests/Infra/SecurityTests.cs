using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>What may be reached by whom, and with what.</summary>
public sealed class SecurityTests(PredictedDeployments deployments)
{
    private const string Storage = "Microsoft.Storage/storageAccounts";
    private const string App = "Microsoft.Web/sites";
    private const string Vault = "Microsoft.KeyVault/vaults";
    private const string Scheduler = "Microsoft.DurableTask/schedulers";

    private const string BlobDataOwner = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
    private const string QueueDataContributor = "974c5e8b-45b9-4653-ba55-5f855dd0fb88";
    private const string TableDataContributor = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3";
    private const string KeyVaultSecretsUser = "4633458b-17de-408a-b874-0445c86b69e6";
    private const string MonitoringMetricsPublisher = "3913510d-42f4-4e42-8a64-420c390055eb";
    private const string DurableTaskDataContributor = "0ad04412-c4d5-4796-b79c-f76d14c8d402";

    [Fact]
    public async Task NothingAcceptsASharedKeyOrAPassword()
    {
        var plain = await deployments.Plain;
        Assert.Equal("false", plain.Property(Storage, "allowSharedKeyAccess"));
        Assert.Equal("true", plain.Property("Microsoft.OperationalInsights/workspaces", "features", "disableLocalAuth"));
        Assert.Equal("true", plain.Property("Microsoft.Insights/components", "DisableLocalAuth"));
        Assert.Equal("true", plain.Property(Vault, "enableRbacAuthorization"));
        Assert.EndsWith(
            "/scm",
            PredictedDeployment.Text(plain.One("Microsoft.Web/sites/basicPublishingCredentialsPolicies"), "name"),
            StringComparison.Ordinal
        );
        Assert.Equal("false", plain.Property("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow"));
    }

    [Fact]
    public async Task EverythingSpeaksTls12OrNewer()
    {
        var plain = await deployments.Plain;
        Assert.Equal("TLS1_2", plain.Property(Storage, "minimumTlsVersion"));
        Assert.Equal("true", plain.Property(Storage, "supportsHttpsTrafficOnly"));
        Assert.Equal("true", plain.Property(App, "httpsOnly"));
        Assert.Equal("1.2", plain.Property(App, "siteConfig", "minTlsVersion"));
        Assert.Equal("1.2", plain.Property(App, "siteConfig", "scmMinTlsVersion"));
    }

    [Fact]
    public async Task NoBlobIsPublic()
    {
        var plain = await deployments.Plain;
        Assert.Equal("false", plain.Property(Storage, "allowBlobPublicAccess"));
        Assert.Equal("None", plain.Property("Microsoft.Storage/storageAccounts/blobServices/containers", "publicAccess"));
    }

    [Fact]
    public async Task ADeletedVaultOrSecretCanBeBroughtBack()
    {
        var plain = await deployments.Plain;
        Assert.Equal("true", plain.Property(Vault, "enableSoftDelete"));
        Assert.Equal("true", plain.Property(Vault, "enablePurgeProtection"));
        Assert.Equal("default", plain.Property(Vault, "createMode"));
    }

    [Fact]
    public async Task TheIdentityHasExactlyTheRolesThatItNeedsEachOnOneResource()
    {
        string[] always = [BlobDataOwner, QueueDataContributor, TableDataContributor, KeyVaultSecretsUser, MonitoringMetricsPublisher];
        var plain = await deployments.Plain;
        var closed = await deployments.Closed;
        Assert.Equal(always.Order(StringComparer.Ordinal), plain.Roles);
        Assert.Equal(always.Append(DurableTaskDataContributor).Order(StringComparer.Ordinal), closed.Roles);
        Assert.All(closed.All("Microsoft.Authorization/roleAssignments"), assignment =>
        {
            Assert.Contains("'identity-{0}'", PredictedDeployment.Text(assignment, "properties", "principalId"), StringComparison.Ordinal);
            // Below a resource, never a whole group or subscription.
            Assert.Contains(
                "/resourceGroups/rg-test/providers/Microsoft.",
                PredictedDeployment.Text(assignment, "id"),
                StringComparison.Ordinal
            );
        });
        Assert.Single(plain.All("Microsoft.ManagedIdentity/userAssignedIdentities"));
        Assert.Equal("UserAssigned", PredictedDeployment.Text(plain.One(App), "identity", "type"));
        Assert.Equal("UserAssignedIdentity", plain.Property(App, "functionAppConfig", "deployment", "storage", "authentication", "type"));
    }

    [Fact]
    public async Task ThePrivateVariantHasNoPublicAccess()
    {
        var closed = await deployments.Closed;
        Assert.All([Storage, App, Vault, Scheduler], type => Assert.Equal("Disabled", closed.Property(type, "publicNetworkAccess")));
        Assert.Equal("Deny", closed.Property(Storage, "networkAcls", "defaultAction"));
        Assert.Equal("Deny", closed.Property(Vault, "networkAcls", "defaultAction"));
        var endpoints = closed
            .All("Microsoft.Network/privateEndpoints")
            .Select(endpoint =>
                PredictedDeployment.Text(endpoint["properties"]!["privateLinkServiceConnections"]![0]!, "properties", "groupIds")
            )
            .ToList();
        Assert.Equal(6, endpoints.Count);
        Assert.All(["blob", "queue", "table", "vault", "scheduler", "sites"], group =>
            Assert.Contains(endpoints, endpoint => endpoint.Contains($"\"{group}\"", StringComparison.Ordinal))
        );
        Assert.Equal(6, closed.All("Microsoft.Network/privateDnsZones").Count());
        Assert.Equal(6, closed.All("Microsoft.Network/privateEndpoints/privateDnsZoneGroups").Count());
        Assert.NotEqual(string.Empty, closed.Property(App, "virtualNetworkSubnetId"));

        var plain = await deployments.Plain;
        Assert.All([Storage, App, Vault], type => Assert.Equal("Enabled", plain.Property(type, "publicNetworkAccess")));
        Assert.DoesNotContain(plain.Resources, resource =>
            PredictedDeployment.Text(resource, "type").StartsWith("Microsoft.Network/", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task AddressesThatMayComeInReachTheAppAndNothingElse()
    {
        var ajar = await deployments.Ajar;
        Assert.All([Storage, Vault], type => Assert.Equal("Disabled", ajar.Property(type, "publicNetworkAccess")));
        Assert.Equal("Enabled", ajar.Property(App, "publicNetworkAccess"));
        Assert.Equal("Deny", ajar.Property(App, "siteConfig", "ipSecurityRestrictionsDefaultAction"));
        Assert.Equal("Deny", ajar.Property(App, "siteConfig", "scmIpSecurityRestrictionsDefaultAction"));
        Assert.Equal("true", ajar.Property(App, "siteConfig", "scmIpSecurityRestrictionsUseMain"));
        var allowed = ajar.One(App)["properties"]!["siteConfig"]!["ipSecurityRestrictions"]!
            .AsArray()
            .Select(rule => PredictedDeployment.Text(rule!, "ipAddress"));
        Assert.Equal(["192.0.2.0/24", "198.51.100.7/32"], allowed);
    }
}
