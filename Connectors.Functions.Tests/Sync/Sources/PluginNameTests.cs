using Connectors.Abstractions;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Sources;

/// <summary>Names of assemblies that lead out of the plug-in folder, or nowhere.</summary>
public sealed class PluginNameTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("../evil")]
    [InlineData("x/../../evil")]
    [InlineData("..\\evil")]
    [InlineData("sub/evil")]
    [InlineData("evil\0")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("/evil")]
    [InlineData("a:b")]
    public void AreRefusedBeforeAnythingIsLoaded(string name)
    {
        var plugins = System.IO.Directory.CreateDirectory(Path.Combine(_folder.Path, "plugins")).FullName;
        var assembly = typeof(Xunit.Assert).Assembly.Location;
        File.Copy(assembly, Path.Combine(_folder.Path, "evil.dll"));
        System.IO.Directory.CreateDirectory(Path.Combine(plugins, "sub"));
        File.Copy(assembly, Path.Combine(plugins, "sub", "evil.dll"));
        var catalog = new SourceCatalog(
            new Dictionary<string, string> { ["evil"] = "Evil.Source, " + name },
            plugins,
            NullLoggerFactory.Instance,
            TimeProvider.System
        );

        var failure = Assert.Throws<ConnectorException>(() => catalog.Describe("evil"));

        Assert.StartsWith(
            "sources.evil: the name of the assembly has something in it that is none.",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain('\0', failure.Message);
    }
}
