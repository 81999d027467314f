using System.Text.RegularExpressions;
using Connectors.Sync.Configuration;
using Connectors.Tests.Docs.Pages;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>The app settings: what the code and the Functions host read, and nothing else.</summary>
public sealed partial class AppSettingsTests(PredictedDeployments deployments)
{
    private const string BackEnd = "AzureFunctionsJobHost__extensions__durableTask__storageProvider__type";

    private static readonly string[] Always =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "AZURE_CLIENT_ID",
        "AzureWebJobsStorage__blobServiceUri",
        "AzureWebJobsStorage__clientId",
        "AzureWebJobsStorage__credential",
        "AzureWebJobsStorage__queueServiceUri",
        "AzureWebJobsStorage__tableServiceUri",
        "ConnectorsCleanUpSchedule",
        "ConnectorsPollSchedule",
        "Connectors__elasticsearch__api_key",
        "Connectors__elasticsearch__host",
        "Connectors__service__log_level",
        BackEnd,
    ];

    private static readonly string[] WithScheduler =
    [
        "AzureFunctionsJobHost__extensions__durableTask__hubName",
        "AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName",
        "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
        "TASKHUB_NAME",
    ];

    [Fact]
    public async Task TheyAreExactlyWhatIsReadWithEitherBackEnd()
    {
        Assert.Equal(Always.Order(StringComparer.Ordinal), (await deployments.Plain).Settings.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            Always.Concat(WithScheduler).Order(StringComparer.Ordinal),
            (await deployments.Closed).Settings.Keys.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task TheBackEndOfDurableFunctionsIsTheOneThatWasChosen()
    {
        Assert.Equal("AzureStorage", (await deployments.Plain).Settings[BackEnd]);
        Assert.Empty((await deployments.Plain).All("Microsoft.DurableTask/schedulers"));

        var closed = await deployments.Closed;
        Assert.Equal("azureManaged", closed.Settings[BackEnd]);
        Assert.Equal(
            "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
            closed.Settings["AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName"]
        );
        var hub = PredictedDeployment.Text(closed.One("Microsoft.DurableTask/schedulers/taskHubs"), "name").Split('/')[1];
        Assert.Equal(hub, closed.Settings["TASKHUB_NAME"]);
        Assert.Equal(hub, closed.Settings["AzureFunctionsJobHost__extensions__durableTask__hubName"]);
    }

    [Fact]
    public async Task TheServiceUnderstandsThoseThatAreItsOwn()
    {
        var outcome = ServiceConfiguration.Read(path: null, (await deployments.Plain).Settings, Shipped.Classes);
        Assert.Empty(outcome.Problems);
        var elasticsearch = outcome.Configuration!.Elasticsearch;
        Assert.Equal("https://elasticsearch.example:9200/", Assert.Single(elasticsearch.Hosts).ToString());
        Assert.NotNull(elasticsearch.ApiKey);
    }

    [Fact]
    public async Task SecretsAreReferencesAndIdentitiesTakeThePlaceOfKeys()
    {
        var settings = (await deployments.Plain).Settings;
        Assert.Contains("keyVault", settings["Connectors__elasticsearch__api_key"], StringComparison.Ordinal);
        var vault = await File.ReadAllTextAsync(
            Path.Combine(Approved.Root, "infra", "modules", "keyvault.bicep"),
            TestContext.Current.CancellationToken
        );
        Assert.Contains("'@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/", vault, StringComparison.Ordinal);
        Assert.Equal("managedidentity", settings["AzureWebJobsStorage__credential"]);
        string[] clientIds = ["AZURE_CLIENT_ID", "AzureWebJobsStorage__clientId"];
        Assert.Single(clientIds.Select(name => settings[name]).Distinct());
        Assert.Contains("Authorization=AAD", settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryScheduleThatATimerNamesIsSetToSixFields()
    {
        var settings = (await deployments.Plain).Settings;
        var named = Directory
            .EnumerateFiles(Approved.Root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("Connectors.Functions.Tests", StringComparison.Ordinal))
            .SelectMany(file => TimerSchedule().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["name"].Value)
            .Append("ConnectorsPollSchedule")
            .Append("ConnectorsCleanUpSchedule")
            .Distinct();
        Assert.All(named, name => Assert.Equal(6, settings[name].Split(' ').Length));
    }

    [Fact]
    public async Task ThePageOfTheFunctionAppListsEverySettingThatTheCodeReadsAndTheTemplateSets()
    {
        var read = Directory
            .EnumerateFiles(Path.Combine(Approved.Root, "Connectors.Functions"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => ReadSetting().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["name"].Value)
            .Select(name => name.StartsWith("__", StringComparison.Ordinal) ? "AzureWebJobsStorage" + name : name)
            .Where(name => !name.StartsWith("Connectors__", StringComparison.Ordinal)) // Settings of config.yml, which a page of their own lists.
            .Append("AzureWebJobsStorage")
            .ToHashSet(StringComparer.Ordinal);
        Assert.Superset(
            new HashSet<string> { "AZURE_CLIENT_ID", "ConnectorsPollSchedule", "ConnectorsHistoryDays", "AzureWebJobsStorage__clientId" },
            read
        );

        var listed = MarkdownPages
            .Rows("docs/functions.md", "app setting", "default", "")
            .SelectMany(row => Code().Matches(row[0]).Select(match => match.Groups["name"].Value))
            .ToHashSet(StringComparer.Ordinal);
        Assert.Empty(read.Except(listed));
        Assert.Empty(
            (await deployments.Closed)
                .Settings.Keys.Where(name => !name.StartsWith("Connectors__", StringComparison.Ordinal))
                .Except(listed)
        );
    }

    // In the code as Variable("NAME") or Variable(Storage + "__part"), in triggers as "%NAME%".
    [GeneratedRegex("Variable\\((Storage \\+ )?\"(?<name>\\w+)\"\\)|\"%(?<name>\\w+)%\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ReadSetting();

    [GeneratedRegex("`(?<name>\\w+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Code();

    [GeneratedRegex("TimerTrigger\\(\"%(?<name>\\w+)%\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex TimerSchedule();
}
