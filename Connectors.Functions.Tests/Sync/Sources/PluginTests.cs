using System.Runtime.Loader;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Sources;
using Connectors.Testing;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Sources;

/// <summary>The sample source, built by itself and found by its class's name in a plug-in folder.</summary>
public sealed class PluginTests
{
    private const string ClassName = "Connectors.Samples.Releases.ReleasesDataSource, Connectors.Samples.Releases";
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "plugins");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task APluginIsReadLikeAnyOtherSource()
    {
        using var folder = TemporaryFolder.With("x");
        folder.Write("releases.yml", "- {version: '2.0', date: 2024-02-03, notes: 'second'}\n- {version: '1.0', notes: 'first: ü'}\n");
        await using var source = Catalog().Create("releases", Configuration(folder["releases.yml"]));
        await source.PingAsync(Cancellation);
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents();
        Assert.Equal(["1.0", "2.0"], documents.Select(document => document.Id));
        Assert.Equal("""{"version":"1.0","notes":"first: ü"}""", documents[0].Body);
    }

    [Theory]
    [InlineData("../evil/Evil")]
    [InlineData("..")]
    [InlineData("a..b")]
    [InlineData("/tmp/Evil")]
    [InlineData("evil/Evil")]
    [InlineData("evil\\Evil")]
    [InlineData("Evil\0")]
    [InlineData("Evil\0.dll")]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("C:Evil")]
    public void AnAssemblysNameLeadsNowhereElse(string name)
    {
        using var folder = TemporaryFolder.With("plugins/x", "evil/Evil.dll", "Evil.dll");
        var catalog = new SourceCatalog(
            new Dictionary<string, string> { ["evil"] = $"Evil.Source, {name}" },
            folder["plugins"],
            NullLoggerFactory.Instance,
            TimeProvider.System
        );

        var failure = Assert.Throws<ConnectorException>(() => catalog.Describe("evil"));

        Assert.StartsWith(
            "sources.evil: the name of the assembly has something in it that is none.",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(), loaded => loaded.GetName().Name == "Evil");
    }

    [Fact]
    public async Task ItHasADependencyOfItsOwnBesideOurs()
    {
        await using var source = Catalog().Create("releases", Configuration("/none"));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.StartsWith("file: '/none' can't be read as a list of releases:", failure.Message, StringComparison.Ordinal);
        var context = AssemblyLoadContext.GetLoadContext(source.GetType().Assembly)!;
        Assert.NotSame(AssemblyLoadContext.Default, context);
        var ours = typeof(YamlDotNet.Serialization.Deserializer).Assembly;
        var theirs = context.LoadFromAssemblyName(new System.Reflection.AssemblyName("YamlDotNet"));
        Assert.NotSame(ours, theirs);
        Assert.NotEqual(ours.GetName().Version, theirs.GetName().Version);
        Assert.DoesNotContain(context.Assemblies, assembly =>
            assembly.GetName().Name!.StartsWith("Connectors.", StringComparison.Ordinal) && assembly != source.GetType().Assembly
        );
    }

    [Theory]
    [InlineData("- version: '1.0'\n  notes:\n    - one\n    - two\n", "line 3: notes must be one text, and no list or mapping.")]
    [InlineData("- '1.0'\n- '2.0'\n", "line 1: a release is a mapping: {version: '1.0', date: 2026-01-31, notes: 'The first.'}")]
    [InlineData("- version: '1.0'\n- date: 2026-01-31\n", "line 2: the release has no version, which is its id: {")]
    [InlineData("releases:\n  - version: '1.0'\n", "line 1: here stands no list. Write a line like this for each release: - {")]
    [InlineData("- version: '1.0'\n- version: 'open\n", "line 2: it is not YAML: ")]
    [InlineData("# none\n", "line 1: it is empty. When there are no releases, write [].")]
    public async Task AFileThatIsNoListOfReleasesIsToldWithItsLine(string text, string what)
    {
        using var folder = TemporaryFolder.With("x");
        folder.Write("releases.yml", text);
        var file = folder["releases.yml"];
        await using var source = Catalog().Create("releases", Configuration(file));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));

        Assert.StartsWith($"file: '{file}' can't be read as a list of releases: {what}", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("releases", "sources.releases: the assembly Connectors.Samples.Releases is not loaded: this program was ")]
    [InlineData("absent", "sources.absent: the assembly Connectors.Samples.Absent is not loaded: this program was ")]
    [InlineData("oracle", "There is no source for the service type \"oracle\", for Oracle Database needs a plug-in, ")]
    [InlineData("nonsense", "There is no source for the service type \"nonsense\": this program was ")]
    public void AProgramThatLoadsNoneSaysSoAndNotWhereToPutThem(string serviceType, string begin)
    {
        var catalog = new SourceCatalog(
            new Dictionary<string, string>
            {
                ["releases"] = ClassName,
                ["absent"] = "Absent.Source, Connectors.Samples.Absent",
            },
            Folder,
            NullLoggerFactory.Instance,
            TimeProvider.System,
            loadsPlugins: false
        );

        var failure = Assert.Throws<ConnectorException>(() => catalog.Describe(serviceType));

        Assert.StartsWith(begin, failure.Message, StringComparison.Ordinal);
        Assert.Contains("was published without", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            ". Take the .NET tool or the container, or publish the folder with -p:PublishTrimmed=false.",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(Folder, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileWithAnEmptyListHasNoReleases()
    {
        using var folder = TemporaryFolder.With("x");
        folder.Write("releases.yml", "[]\n");
        await using var source = Catalog().Create("releases", Configuration(folder["releases.yml"]));
        Assert.Empty((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
    }

    [Fact]
    public async Task WhatIsMissingBesideItIsNotTakenFromUs()
    {
        using var folder = new TemporaryFolder();
        var plugin = System.IO.Directory.CreateDirectory(folder["Connectors.Samples.Releases"]).FullName;
        foreach (var file in System.IO.Directory.EnumerateFiles(Path.Combine(Folder, "Connectors.Samples.Releases"), "Connectors.*"))
        {
            File.Copy(file, Path.Combine(plugin, Path.GetFileName(file)));
        }

        folder.Write("releases.yml", "- {version: '2.0', notes: 'second'}\n");
        await using var source = Catalog(folder.Path).Create("releases", Configuration(folder["releases.yml"]));

        var failure = await Assert.ThrowsAnyAsync<IOException>(() => source.PingAsync(Cancellation));

        Assert.Contains("YamlDotNet, Version=16", $"{failure}", StringComparison.Ordinal);
        Assert.Contains("YamlDotNet.dll, which it was published with, is not beside it", $"{failure}", StringComparison.Ordinal);
    }

    [Fact]
    public void ItsFolderHoldsNothingOfTheService()
    {
        var files = System
            .IO.Directory.EnumerateFiles(Path.Combine(Folder, "Connectors.Samples.Releases"), "*.dll")
            .Select(Path.GetFileName)
            .Order(StringComparer.Ordinal);
        Assert.Equal(["Connectors.Samples.Releases.dll", "YamlDotNet.dll"], files);
    }

    private static SourceCatalog Catalog(string? folder = null) =>
        new(new Dictionary<string, string> { ["releases"] = ClassName }, folder ?? Folder, NullLoggerFactory.Instance, TimeProvider.System);

    private static JsonObject Configuration(string file) => new() { ["file"] = new JsonObject { ["value"] = file } };
}
