using Connectors.Tests.Support;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Connectors.Tests.Infra;

/// <summary>The plan, the app, names, and what azd has to find.</summary>
public sealed class ResourceTests(PredictedDeployments deployments)
{
    private const string App = "Microsoft.Web/sites";

    [Fact]
    public async Task TheAppRunsOnFlexConsumptionWithDotNet10()
    {
        var plain = await deployments.Plain;
        Assert.Equal("FC1", PredictedDeployment.Text(plain.One("Microsoft.Web/serverfarms"), "sku", "name"));
        Assert.Equal("functionapp,linux", PredictedDeployment.Text(plain.One(App), "kind"));
        Assert.Equal("dotnet-isolated", plain.Property(App, "functionAppConfig", "runtime", "name"));
        Assert.Equal("10.0", plain.Property(App, "functionAppConfig", "runtime", "version"));
        Assert.Equal("2048", plain.Property(App, "functionAppConfig", "scaleAndConcurrency", "instanceMemoryMB"));
        Assert.Equal("40", plain.Property(App, "functionAppConfig", "scaleAndConcurrency", "maximumInstanceCount"));

        // On this plan the runtime is no app setting; an app that has one of them is refused.
        string[] refused =
        [
            "FUNCTIONS_WORKER_RUNTIME",
            "FUNCTIONS_EXTENSION_VERSION",
            "WEBSITE_RUN_FROM_PACKAGE",
            "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING",
        ];
        Assert.DoesNotContain(plain.Settings.Keys, key => refused.Contains(key, StringComparer.Ordinal));
    }

    [Fact]
    public void AnIdleAppAsksItsQueuesEveryTenSecondsAsIsAdvisedForThisPlan()
    {
        var host = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(Approved.Root, "host.json")))!;
        Assert.Equal("00:00:10", PredictedDeployment.Text(host, "extensions", "durableTask", "storageProvider", "maxQueuePollingInterval"));
    }

    [Fact]
    public async Task AzdFindsTheAppByTheTagThatItsServiceHas()
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Approved.Root, "azure.yaml"));
        yaml.Load(reader);
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        var (name, service) = Assert.Single(((YamlMappingNode)root["services"]).Children);
        Assert.Equal(
            ("Connectors.Functions", "dotnet", "function"),
            (service["project"].ToString(), service["language"].ToString(), service["host"].ToString())
        );

        // azd packs the one project file of that folder.
        Assert.Equal(
            ["Connectors.Functions.csproj"],
            Directory.GetFiles(Path.Combine(Approved.Root, service["project"].ToString()), "*.*proj").Select(Path.GetFileName)
        );
        Assert.True(File.Exists(Path.Combine(Approved.Root, root["infra"]["path"].ToString(), root["infra"]["module"] + ".bicep")));

        var plain = await deployments.Plain;
        Assert.Equal(name.ToString(), PredictedDeployment.Text(plain.One(App), "tags", "azd-service-name"));
        Assert.Equal("test", PredictedDeployment.Text(plain.One(App), "tags", "azd-env-name"));
        Assert.Equal("test", PredictedDeployment.Text(plain.One("Microsoft.Resources/resourceGroups"), "tags", "azd-env-name"));
    }

    [Fact]
    public async Task NamesAreAsShortAndPlainAsAzureWantsThem()
    {
        var closed = await deployments.Closed;
        Assert.Matches("^[a-z0-9]{3,24}$", PredictedDeployment.Text(closed.One("Microsoft.Storage/storageAccounts"), "name"));
        Assert.Matches("^[a-z][a-z0-9-]{2,23}$", PredictedDeployment.Text(closed.One("Microsoft.KeyVault/vaults"), "name"));
        Assert.Matches("^[a-z0-9-]{2,60}$", PredictedDeployment.Text(closed.One(App), "name"));
        Assert.Matches("^[a-z0-9-]{3,64}$", PredictedDeployment.Text(closed.One("Microsoft.DurableTask/schedulers"), "name"));
    }

    [Fact]
    public async Task TheAppsSubnetIsDelegatedAndLeavesThroughAnAddressOfItsOwn()
    {
        var closed = await deployments.Closed;
        var subnets = closed.One("Microsoft.Network/virtualNetworks")["properties"]!["subnets"]!.AsArray();
        Assert.Equal(
            ["10.60.0.0/26", "10.60.0.64/26"],
            subnets.Select(subnet => PredictedDeployment.Text(subnet!, "properties", "addressPrefix"))
        );
        Assert.Equal(
            "Microsoft.App/environments",
            PredictedDeployment.Text(subnets[0]!["properties"]!["delegations"]![0]!, "properties", "serviceName")
        );
        Assert.Contains("natGateways", PredictedDeployment.Text(subnets[0]!, "properties", "natGateway", "id"), StringComparison.Ordinal);
        Assert.Single(closed.All("Microsoft.Network/publicIPAddresses"));
    }
}
