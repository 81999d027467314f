using System.Text.RegularExpressions;
using System.Xml.Linq;
using Connectors.Emulator;
using Connectors.Tests.Docs.Blocks;
using Connectors.Tests.Sources.Rest.HttpJson;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Connectors.Tests.Support.Servers;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Templates;

/// <summary><c>dotnet new connectors-source</c>, and the walk-through that shows what it makes.</summary>
public sealed partial class TemplateTests
{
    private static readonly string Template = Path.Combine(Approved.Root, "templates", "connectors-source");
    private static readonly string Guide = File.ReadAllText(Path.Combine(Approved.Root, "docs", "writing-a-source.md"))
        .ReplaceLineEndings("\n");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("csharp", "MyCompany.Things/ThingsDataSource.cs")]
    [InlineData("csharp", "MyCompany.Things.Tests/ThingsContractTests.cs")]
    [InlineData("csharp", "MyCompany.Things.Tests/ThingsFixture.cs")]
    [InlineData("yaml", "config.yml")]
    public void TheWalkThroughShowsTheFilesAsTheyAre(string language, string file) =>
        Assert.Contains(
            $"```{language}\n{File.ReadAllText(Path.Combine(Template, file)).ReplaceLineEndings("\n")}```",
            Guide,
            StringComparison.Ordinal
        );

    /// <summary>The commands that the walk-through shows, one after the other in one shell, as somebody who follows it would type
    /// them.</summary>
    [Fact]
    public async Task WhoFollowsTheWalkThroughHasASyncAtTheEnd()
    {
        var commands = ConsoleBlock()
            .Matches(Guide)
            .SelectMany(block => block.Groups["commands"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .ToArray();
        Assert.InRange(commands.Length, 9, 30);
        Assert.All(commands, command => Assert.StartsWith("$ ", command, StringComparison.Ordinal));
        await using var elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Cancellation);
        await using var items = await JsonServer.StartAsync(Items, Cancellation);
        using var folder = TemporaryFolder.With();
        folder.Write(
            "follow.sh",
            $"""
            set -euo pipefail
            cd "$WORK"
            dotnet() {"{"}
              case "$1" in
                new) command dotnet "$@" --debug:custom-hive "$WORK/hive" ;;
                *) command dotnet "$@" -c "$CONFIGURATION" ;;
              esac
            {"}"}
            elastic-ingest() {"{"} command dotnet {string.Join(' ', IngestProcess.Program.Select(argument => $"'{argument}'"))} "$@"; {"}"}
            {string.Join('\n', commands.Select(command => command[2..]))}
            ls plugins/MyCompany.Things
            """
        );

        var output = await ServerProcess.RunAsync(
            "bash",
            [folder["follow.sh"]],
            Cancellation,
            new Dictionary<string, string>
            {
                ["WORK"] = folder.Path,
                ["CONNECTORS"] = Approved.Root,
                ["CONFIGURATION"] = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/', '\\')))!,
                ["URL"] = items.Address,
                ["API_KEY"] = "se-cr-et",
                ["ELASTICSEARCH_HOST"] = elasticsearch.Uri.ToString(),
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["UseSharedCompilation"] = "false",
                ["DOTNET_TieredPGO"] = "0",
            }
        );

        // A log has no use for colours.
        Assert.DoesNotContain('\u001b', output);
        Assert.Contains("Total: 20, Errors: 0, Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
        Assert.Contains("2 read, 0 skipped, 2 added, 0 updated, 0 deleted", output, StringComparison.Ordinal);
        Assert.Contains("a sync would add 0, update 0 and delete 0 documents; 2 are unchanged", output, StringComparison.Ordinal);
        Assert.Equal(2, elasticsearch.Count("search-things"));

        // Nothing of the service is in the plug-in.
        Assert.Equal(
            ["MyCompany.Things.dll"],
            folder
                .Files.Where(file =>
                    file.StartsWith("MyCompany.Things/plugins/", StringComparison.Ordinal)
                    && file.EndsWith(".dll", StringComparison.Ordinal)
                )
                .Select(Path.GetFileName)
        );

        static Task Items(HttpContext context) =>
            context.Request.Headers.Authorization != "Bearer se-cr-et"
                ? Task.Run(() => context.Response.StatusCode = 401)
                : context.Response.WriteAsync(
                    context.Request.Query["page"] == "1"
                        ? """[{"id":"1","title":"one"},{"id":"2","title":"two","updated":"2026-01-01T00:00:00Z"}]"""
                        : "[]"
                );
    }

    [Fact]
    public async Task ThePackageMakesAProjectThatRefersToPackages()
    {
        using var folder = TemporaryFolder.With();
        await ServerProcess.RunAsync(
            "dotnet",
            ["pack", $"{Template}.csproj", "-c", "Release", "-o", folder.Path, "--nologo", "-nodeReuse:false"],
            Cancellation
        );
        var package = Assert.Single(folder.Files, file => file.EndsWith(".nupkg", StringComparison.Ordinal));
        await ServerProcess.RunAsync("dotnet", ["new", "install", folder[package], "--debug:custom-hive", folder["hive"]], Cancellation);
        await ServerProcess.RunAsync(
            "dotnet",
            ["new", "connectors-source", "-n", "Acme.Orders", "-o", folder["made"], "--debug:custom-hive", folder["hive"]],
            Cancellation
        );
        Assert.Equal(
            [
                "made/.gitignore",
                "made/Acme.Orders.Tests/Acme.Orders.Tests.csproj",
                "made/Acme.Orders.Tests/OrdersContractTests.cs",
                "made/Acme.Orders.Tests/OrdersFixture.cs",
                "made/Acme.Orders/Acme.Orders.csproj",
                "made/Acme.Orders/OrdersDataSource.cs",
                "made/README.md",
                "made/config.yml",
            ],
            folder.Files.Where(file => file.StartsWith("made/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
        Assert.Contains(
            "  orders: Acme.Orders.OrdersDataSource, Acme.Orders\n",
            await File.ReadAllTextAsync(folder["made/config.yml"], Cancellation),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "ServiceType = \"orders\"",
            await File.ReadAllTextAsync(folder["made/Acme.Orders/OrdersDataSource.cs"], Cancellation),
            StringComparison.Ordinal
        );

        // Those of this repository, in its versions.
        var version = XDocument.Load(Path.Combine(Approved.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        var versions = XDocument
            .Load(Path.Combine(Approved.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .ToDictionary(item => item.Attribute("Include")!.Value, item => item.Attribute("Version")!.Value);
        var referred = new[] { "made/Acme.Orders/Acme.Orders.csproj", "made/Acme.Orders.Tests/Acme.Orders.Tests.csproj" }
            .SelectMany(file => XDocument.Load(folder[file]).Descendants("PackageReference"))
            .Select(item => $"{item.Attribute("Include")!.Value} {item.Attribute("Version")!.Value}");
        Assert.Equal([$"Connectors.Abstractions {version}", $"xunit.v3 {versions["xunit.v3"]}", $"Connectors.Testing {version}"], referred);
    }

    [Theory]
    [InlineData("Acme.my-Orders", "Acme.my_Orders", "my_Orders", "my_orders")]
    [InlineData("acme-corp.Orders", "acme_corp.Orders", "Orders", "orders")]
    [InlineData("Acme.9lives", "Acme._9lives", "_9lives", "source_9lives")]
    [InlineData("Acme.Source", "Acme.Source", "MySource", "source")]
    [InlineData("Enumerable", "Enumerable_", "MyEnumerable", "enumerable")]
    [InlineData("Acme.event", "Acme.event_", "event", "event")]
    [InlineData("Acme.Task", "Acme.Task_", "Task", "task")]
    public async Task ANameThatIsNoNamespaceIsMadeOneEverywhere(string name, string project, string type, string serviceType)
    {
        using var folder = TemporaryFolder.With();
        await ServerProcess.RunAsync("dotnet", ["new", "install", Template, "--debug:custom-hive", folder["hive"]], Cancellation);
        await ServerProcess.RunAsync(
            "dotnet",
            ["new", "connectors-source", "-n", name, "-o", folder["made"], "--debug:custom-hive", folder["hive"]],
            Cancellation
        );
        Assert.Equivalent(
            new[]
            {
                "made/.gitignore",
                $"made/{project}.Tests/{project}.Tests.csproj",
                $"made/{project}.Tests/{type}ContractTests.cs",
                $"made/{project}.Tests/{type}Fixture.cs",
                $"made/{project}/{project}.csproj",
                $"made/{project}/{type}DataSource.cs",
                "made/README.md",
                "made/config.yml",
            },
            folder.Files.Where(file => file.StartsWith("made/", StringComparison.Ordinal)),
            strict: true
        );
        Assert.Contains(
            $"../{project}/{project}.csproj",
            XDocument
                .Load(folder[$"made/{project}.Tests/{project}.Tests.csproj"])
                .Descendants("ProjectReference")
                .Select(reference => reference.Attribute("Include")!.Value)
        );
        Assert.Equal(
            $"{project}.Tests",
            XDocument
                .Load(folder[$"made/{project}/{project}.csproj"])
                .Descendants("InternalsVisibleTo")
                .Single()
                .Attribute("Include")!
                .Value
        );
        Assert.Contains(
            $"\nnamespace {project}.Tests;\n",
            await File.ReadAllTextAsync(folder[$"made/{project}.Tests/{type}Fixture.cs"], Cancellation),
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"  {serviceType}: {project}.{type}DataSource, {project}\n",
            await File.ReadAllTextAsync(folder["made/config.yml"], Cancellation),
            StringComparison.Ordinal
        );
        Assert.Empty(CodeBlocks.Errors(folder.Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal)).Select(file =>
            File.ReadAllText(folder[file])
        )));
    }

    [GeneratedRegex(
        @"^```console\n(?<commands>.*?)^```",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex ConsoleBlock();
}
