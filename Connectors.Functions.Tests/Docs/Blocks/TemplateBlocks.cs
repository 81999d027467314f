using System.Text.RegularExpressions;
using Connectors.Sync.Configuration;
using Connectors.Tests.Infra;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>Parameters of the Bicep template, and additions to the systemd unit.</summary>
internal static partial class TemplateBlocks
{
    // Keys of a unit that ours does not have, but people add.
    private static readonly string[] FurtherKeys = ["SupplementaryGroups"];

    /// <summary>The parameters compile in place of those of infra/main.bicepparam, and every setting among them is one that the service
    /// has.</summary>
    public static async Task ParametersAsync(DocBlock block)
    {
        BicepCompiler.Require();
        var text = string.Join('\n', block.Lines);
        using var folder = TemporaryFolder.With();
        foreach (
            var file in Directory
                .EnumerateFiles(Path.Combine(Approved.Root, "infra"), "*.bicep*", SearchOption.AllDirectories)
                .Concat([Path.Combine(Approved.Root, "infra", "bicepconfig.json")])
        )
        {
            folder.Write(
                Path.GetRelativePath(Path.Combine(Approved.Root, "infra"), file),
                await File.ReadAllTextAsync(file, PageStory.Token)
            );
        }

        var parameters = Settings().Replace(await File.ReadAllTextAsync(folder["main.bicepparam"], PageStory.Token), text);
        Assert.Contains(text, parameters, StringComparison.Ordinal);
        folder.Write("main.bicepparam", parameters);
        var environment = new Dictionary<string, string>
        {
            ["AZURE_ENV_NAME"] = "docs",
            ["AZURE_LOCATION"] = "westeurope",
            ["ELASTICSEARCH_HOST"] = "https://elasticsearch.example:9200",
        };
        var (code, _, complaints) = await BicepCompiler.RunAsync(
            ["build-params", folder["main.bicepparam"], "--stdout"],
            environment,
            PageStory.Token
        );
        Assert.True(code == 0, complaints);

        var settings = Setting().Matches(text).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value);
        Assert.NotEmpty(settings);
        Assert.Empty(ServiceConfiguration.Read(path: null, settings, Shipped.Classes).Problems.Select(problem => problem.ToString()));
    }

    /// <summary>An addition to infra/systemd/elastic-ingest.service.</summary>
    public static void Unit(DocBlock block)
    {
        Assert.Equal("[Service]", block.Lines[0]);
        var known = File.ReadLines(Path.Combine(Approved.Root, "infra", "systemd", "elastic-ingest.service"))
            .Select(line => line.Split('=')[0])
            .Concat(FurtherKeys)
            .ToList();
        Assert.All(block.Lines.Skip(1), line => Assert.Contains(line.Split('=')[0], known));
    }

    [GeneratedRegex(@"^param settings = \{.*?^\}", RegexOptions.Multiline | RegexOptions.Singleline, 5000)]
    private static partial Regex Settings();

    [GeneratedRegex(@"^\s+(?<name>Connectors__\w+): '(?<value>[^']*)'", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Setting();
}
