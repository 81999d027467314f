using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>What azd packs for Azure besides the code.</summary>
public sealed class PackagingTests
{
    private static readonly string Project = Path.Combine(Approved.Root, "Connectors.Functions", "Connectors.Functions.csproj");

    [Fact]
    public async Task SourcesOfOnesOwnArePackedBesideConfigYmlWhereTheServiceLooksForThem()
    {
        using var plugins = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(plugins.Path, "MyCompany.Things", "runtimes"));
        await File.WriteAllTextAsync(
            Path.Combine(plugins.Path, "MyCompany.Things", "MyCompany.Things.dll"),
            string.Empty,
            TestContext.Current.CancellationToken
        );
        await File.WriteAllTextAsync(
            Path.Combine(plugins.Path, "MyCompany.Things", "runtimes", "native.so"),
            string.Empty,
            TestContext.Current.CancellationToken
        );

        var items = await ItemsAsync($"-p:PluginsFolder={plugins.Path}/");
        var packed = items
            .Where(item => item["CopyToPublishDirectory"]?.GetValue<string>() is "PreserveNewest" or "Always")
            .Select(item => item["Link"]?.GetValue<string>().Replace('\\', '/'))
            .Where(link => link?.StartsWith("plugins/", StringComparison.Ordinal) == true);
        Assert.Equal(
            ["plugins/MyCompany.Things/MyCompany.Things.dll", "plugins/MyCompany.Things/runtimes/native.so"],
            packed.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task WithoutSuchAFolderConfigYmlIsPackedAndLocalSettingsAreNot()
    {
        var items = await ItemsAsync();
        Assert.Contains(items, item =>
            item["Link"]?.GetValue<string>() == "config.yml" && item["CopyToPublishDirectory"]!.GetValue<string>() == "PreserveNewest"
        );
        Assert.DoesNotContain(items, item =>
            item["Link"]?.GetValue<string>() == "local.settings.json" && item["CopyToPublishDirectory"]!.GetValue<string>() != "Never"
        );
    }

    [Fact]
    public void AzdFindsTheIdThatItWouldWriteIntoTheProject() =>
        Assert.Matches(
            new Regex("<UserSecretsId>[0-9a-f-]{36}</UserSecretsId>", RegexOptions.None, TimeSpan.FromSeconds(5)),
            File.ReadAllText(Project)
        );

    private static async Task<IReadOnlyList<JsonNode>> ItemsAsync(params string[] more)
    {
        string[] arguments = ["msbuild", Project, "-getItem:None", "-nologo", "-nodeReuse:false", .. more];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        return [.. JsonNode.Parse(output)!["Items"]!["None"]!.AsArray().Select(item => item!)];
    }
}
