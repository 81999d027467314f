using System.Reflection;
using System.Text.RegularExpressions;
using Connectors.Sync.Diagnostics;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>The alerts ask for log messages by name; each name has to be one that the code writes.</summary>
public sealed partial class AlertTests(PredictedDeployments deployments)
{
    private const string Rules = "Microsoft.Insights/scheduledQueryRules";

    [Fact]
    public async Task EveryMessageThatAnAlertAsksForIsWrittenAndHasTheValuesThatItReads()
    {
        var messages = typeof(SyncTelemetry)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => (method.Name, Attribute: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(item => item.Attribute is not null)
            .ToLookup(item => item.Attribute!.EventName ?? item.Name, item => item.Attribute!.Message, StringComparer.Ordinal);
        Assert.True(messages.Count > 30, $"only {messages.Count} log messages were found");
        var code = string.Concat(
            Directory
                .EnumerateFiles(Path.Combine(Approved.Root, "Connectors.Sync"), "*.cs", SearchOption.AllDirectories)
                .Select(File.ReadAllText)
        );
        var queries = (await deployments.Plain)
            .All(Rules)
            .Select(rule => PredictedDeployment.Text(rule["properties"]!["criteria"]!["allOf"]![0]!, "query"))
            .ToList();
        Assert.Equal(2, queries.Count);
        foreach (var query in queries)
        {
            var names = Quoted().Matches(query).Select(match => match.Groups["name"].Value).ToList();
            Assert.NotEmpty(names);
            foreach (var name in names)
            {
                var message = Assert.Single(messages[name]);
                Assert.Contains($".{name}(", code, StringComparison.Ordinal);
                Assert.All(
                    Values().Matches(query).Select(match => match.Groups["name"].Value).Where(value => value != "EventName"),
                    value => Assert.Contains($"{{{value}}}", message, StringComparison.Ordinal)
                );
            }
        }
    }

    [Fact]
    public async Task AFailedSyncAndMissingPollsRaiseAnAlert()
    {
        var rules = (await deployments.Plain).All(Rules).ToDictionary(rule => PredictedDeployment.Text(rule, "properties", "displayName"));
        var failed = rules["Connectors: a sync failed"]["properties"]!;
        Assert.Contains("JobFailed", PredictedDeployment.Text(failed["criteria"]!["allOf"]![0]!, "query"), StringComparison.Ordinal);
        Assert.Equal("GreaterThan", PredictedDeployment.Text(failed["criteria"]!["allOf"]![0]!, "operator"));
        Assert.Equal("0", PredictedDeployment.Text(failed["criteria"]!["allOf"]![0]!, "threshold"));
        var silent = rules["Connectors: no successful poll for 15 minutes"]["properties"]!;
        Assert.Equal("PT15M", PredictedDeployment.Text(silent, "windowSize"));
        Assert.Equal("LessThan", PredictedDeployment.Text(silent["criteria"]!["allOf"]![0]!, "operator"));
        Assert.Equal("1", PredictedDeployment.Text(silent["criteria"]!["allOf"]![0]!, "threshold"));
    }

    [Fact]
    public async Task SomebodyIsTold()
    {
        Assert.Empty((await deployments.Plain).All("Microsoft.Insights/actionGroups"));
        var closed = await deployments.Closed;
        var group = closed.One("Microsoft.Insights/actionGroups");
        Assert.Equal("operator@example.com", PredictedDeployment.Text(group["properties"]!["emailReceivers"]![0]!, "emailAddress"));
        Assert.All(closed.All(Rules), rule =>
            Assert.Contains(
                PredictedDeployment.Text(group, "name"),
                PredictedDeployment.Text(rule, "properties", "actions", "actionGroups"),
                StringComparison.Ordinal
            )
        );
    }

    [GeneratedRegex("\"(?<name>\\w+)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"Properties\.(?<name>\w+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Values();
}
