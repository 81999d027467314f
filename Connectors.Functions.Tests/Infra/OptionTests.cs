using System.Text.Json.Nodes;
using Connectors.Tests.Support;
using Xunit;
using Xunit.Sdk;

namespace Connectors.Tests.Infra;

/// <summary>What a deployment can have besides, and what an empty value means.</summary>
public sealed class OptionTests(PredictedDeployments deployments)
{
    private const string App = "Microsoft.Web/sites";
    private const string Budgets = "Microsoft.Consumption/budgets";

    private static readonly string[] DeveloperRoles =
    [
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", // Storage Blob Data Owner
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88", // Storage Queue Data Contributor
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", // Storage Table Data Contributor
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", // Key Vault Secrets Officer
        "3913510d-42f4-4e42-8a64-420c390055eb", // Monitoring Metrics Publisher
        "0ad04412-c4d5-4796-b79c-f76d14c8d402", // Durable Task Data Contributor
    ];

    [Fact]
    public async Task AnEmptyVariableIsOneThatWasNotGiven() =>
        Assert.Equal(
            (await deployments.Plain).Resources.Select(resource => resource.ToJsonString()),
            (await deployments.Empty).Resources.Select(resource => resource.ToJsonString())
        );

    [Fact]
    public void EveryParameterIsSetInTheParameterFileOrNamedInItsGuide()
    {
        string[] known = [.. Parameters("main.bicepparam")];
        var guide = File.ReadAllText(Path.Combine(Approved.Root, "docs", "deploy.md"));

        var others = Parameters("main.bicep").Except(known, StringComparer.Ordinal).ToList();

        Assert.NotEmpty(others);
        Assert.All(others, name => Assert.Contains($"`{name}`", guide, StringComparison.Ordinal));

        static IEnumerable<string> Parameters(string file) =>
            File.ReadLines(Path.Combine(Approved.Root, "infra", file))
                .Where(line => line.StartsWith("param ", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[1]);
    }

    [Fact]
    public async Task AValueThatIsNeitherTrueNorFalseIsRefusedInsteadOfOpeningTheNetwork()
    {
        var failure = await Assert.ThrowsAsync<TrueException>(() => PredictedDeployment.OfAsync(("PRIVATE_NETWORK", "yes")));
        Assert.Contains("\"privateNetwork\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheVariablesOfWhoeverRunsTheTestsDoNotReachTheCompiler()
    {
        var environment = new Dictionary<string, string?>
        {
            ["PRIVATE_NETWORK"] = "true",
            ["ALERT_EMAIL"] = "somebody@example.com",
            ["PATH"] = "/bin",
        };
        BicepCompiler.Set(environment, new Dictionary<string, string> { ["AZURE_LOCATION"] = "westeurope" });
        Assert.Equal(
            ["AZURE_LOCATION", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "DOTNET_TieredPGO", "PATH"],
            environment.Keys.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task NothingIsKeptRunningUnlessItIsAskedFor()
    {
        Assert.Equal("[]", AlwaysReady(await deployments.Plain).ToJsonString());
        Assert.Equal("""[{"name":"durable","instanceCount":2}]""", AlwaysReady(await deployments.Full).ToJsonString());

        static JsonNode AlwaysReady(PredictedDeployment deployment) =>
            deployment.One(App)["properties"]!["functionAppConfig"]!["scaleAndConcurrency"]!["alwaysReady"]!;
    }

    [Fact]
    public async Task ABudgetTellsAtFourFifthsAndInFull()
    {
        Assert.Empty((await deployments.Plain).All(Budgets));
        var full = await deployments.Full;
        Assert.Equal(
            ("50", "Monthly", "2026-12-01T00:00:00Z"),
            (full.Property(Budgets, "amount"), full.Property(Budgets, "timeGrain"), full.Property(Budgets, "timePeriod", "startDate"))
        );
        var notifications = full.One(Budgets)["properties"]!["notifications"]!.AsObject().Select(item => item.Value!).ToList();
        Assert.Equal(["80", "100"], notifications.Select(item => PredictedDeployment.Text(item, "threshold")));
        Assert.All(notifications, item =>
            Assert.Contains("operator@example.com", PredictedDeployment.Text(item, "contactEmails"), StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task ABudgetWithoutAFirstDayIsRefused()
    {
        var failure = await Assert.ThrowsAsync<TrueException>(() =>
            PredictedDeployment.OfAsync(parameters =>
                parameters.Replace("param monthlyBudget = 0", "param monthlyBudget = 50", StringComparison.Ordinal)
            )
        );
        Assert.Contains("set budgetStart", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADeveloperHasRolesOnlyWhenNamed()
    {
        Assert.Empty(RolesOf(await deployments.Plain));
        Assert.Equal(DeveloperRoles.Order(StringComparer.Ordinal), RolesOf(await deployments.Full));

        static IEnumerable<string> RolesOf(PredictedDeployment deployment) =>
            deployment
                .All("Microsoft.Authorization/roleAssignments")
                .Where(assignment => PredictedDeployment.Text(assignment, "properties", "principalId") == PredictedDeployments.Developer)
                .Select(assignment => PredictedDeployment.Text(assignment, "properties", "roleDefinitionId").Split('/')[^1])
                .Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task VaultAndStorageWriteDownWhoAsked()
    {
        Assert.Equal(["AuditEvent", "StorageRead StorageWrite StorageDelete"], Logs(await deployments.Plain));
        Assert.Equal(["AuditEvent", .. Enumerable.Repeat("StorageRead StorageWrite StorageDelete", 3)], Logs(await deployments.Full));

        static IEnumerable<string> Logs(PredictedDeployment deployment) =>
            deployment
                .All("Microsoft.Insights/diagnosticSettings")
                .Select(item =>
                    string.Join(' ', item["properties"]!["logs"]!.AsArray().Select(log => PredictedDeployment.Text(log!, "category")))
                )
                .Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task ARegionWithoutThePlanIsRefusedBeforeAnythingIsMade()
    {
        var failure = await Assert.ThrowsAsync<TrueException>(() => PredictedDeployment.OfAsync(("AZURE_LOCATION", "antarctica")));
        Assert.Contains("westeurope", failure.Message, StringComparison.Ordinal);
    }
}
