using System.Reflection;
using System.Xml.Linq;
using Connectors.Abstractions;
using Connectors.Emulator;
using Connectors.Functions.Hosting;
using Connectors.LocalHost.Hosting;
using Connectors.Sources;
using Connectors.Sync.Configuration;
using Connectors.Testing;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Conventions;

/// <summary>Dependencies point one way: hosts to Sync and Sources, both of these to Abstractions, and Sync does not know Sources.</summary>
public sealed class ProjectDependencyTests
{
    // What a source may need beside a driver.
    private static readonly string[] Libraries =
    [
        "AngleSharp",
        "Duende.IdentityModel",
        "Google.Apis.Auth",
        "Microsoft.IdentityModel.JsonWebTokens",
        "Polly.Core",
    ];

    private static readonly string[] Drivers =
    [
        "AWSSDK.",
        "Azure.",
        "Microsoft.Data.SqlClient",
        "MongoDB.",
        "MySqlConnector",
        "Npgsql",
        "StackExchange.Redis",
    ];

    // Project, and the projects that it may name. What is made for the repository alone (tests, benchmarks) may name any.
    private static readonly Dictionary<string, string[]> MayName = new(StringComparer.Ordinal)
    {
        ["Connectors.Abstractions"] = [],
        ["Connectors.Charsets"] = [],
        ["Connectors.Extraction"] = ["Connectors.Charsets"],
        ["Connectors.Sync"] = ["Connectors.Abstractions", "Connectors.Charsets"],
        ["Connectors.Sources"] = ["Connectors.Abstractions", "Connectors.Charsets"],
        ["Connectors.Testing"] = ["Connectors.Abstractions"],
        ["Connectors.Samples.Releases"] = ["Connectors.Abstractions"],
        ["Connectors.Emulator"] = ["Connectors.Sync"],
        ["Connectors.Cli"] = ["Connectors.Sync", "Connectors.Sources", "Connectors.Emulator", "Connectors.Extraction"],
        ["Connectors.Functions"] = ["Connectors.Sync", "Connectors.Sources", "Connectors.Extraction"],
        ["Connectors.LocalHost"] = ["Connectors.Functions", "Connectors.Emulator"],
    };

    [Fact]
    public void ProjectsNameOnlyThoseBelowThem()
    {
        var projects = Directory
            .EnumerateFiles(Approved.Root, "Connectors.*.csproj", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Approved.Root, file).Split('/', '\\').Any(part => part is "bin" or "obj" or "artifacts"))
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), References, StringComparer.Ordinal);

        Assert.Equal(
            [.. MayName.Keys.Append("Connectors.Benchmarks").Append("Connectors.Functions.Tests").Order(StringComparer.Ordinal)],
            projects.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Empty(MayName.SelectMany(rule => projects[rule.Key].Except(rule.Value).Select(project => $"{rule.Key} names {project}")));
    }

    [Fact]
    public void AssembliesReferToOnlyThoseBelowThem()
    {
        // An assembly of a project may use whatever the projects that it names bring along.
        var assemblies = new[]
        {
            typeof(IDataSource),
            typeof(SourceClasses),
            typeof(BuiltInSources),
            typeof(SourceContractTests),
            typeof(EmulatorServer),
            typeof(Connectors.Cli.ExitCode),
            typeof(ConnectorApp),
            typeof(LocalFunctionHost),
        }
            .Select(type => type.Assembly)
            .ToDictionary(ProjectOf, assembly =>
                assembly
                    .GetReferencedAssemblies()
                    .Where(name => name.Name!.StartsWith("Connectors.", StringComparison.Ordinal))
                    .Select(name => name.Name!)
                    .ToArray()
            );

        Assert.Equal(8, assemblies.Count);
        Assert.True(assemblies.Values.Sum(references => references.Length) >= 12, "hardly any reference was found");
        Assert.Empty(
            assemblies.SelectMany(assembly =>
                assembly.Value.Except(Below(assembly.Key)).Select(reference => $"{assembly.Key} refers to {reference}")
            )
        );
    }

    [Fact]
    public void TheAuthorOfASourceGetsTwoPackagesAtMostBesideOurs()
    {
        var packages = Packages("Connectors.Abstractions");
        Assert.Equal(["Microsoft.Extensions.Logging.Abstractions", "System.IO.Hashing"], packages.Order(StringComparer.Ordinal));

        var references = typeof(IDataSource).Assembly.GetReferencedAssemblies().Select(name => name.Name!).ToArray();
        Assert.True(references.Length >= 10, $"only {references.Length} references");
        Assert.DoesNotContain(references, name =>
            !packages.Contains(name, StringComparer.Ordinal) && !name.StartsWith("System.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void TheServiceHasNoDriverOfAnySource()
    {
        var packages = Packages("Connectors.Sync");
        var references = typeof(SourceClasses).Assembly.GetReferencedAssemblies().Select(name => name.Name!).ToArray();
        Assert.True(packages.Length >= 4, $"only {packages.Length} packages");
        Assert.True(references.Length >= 20, $"only {references.Length} references");
        Assert.DoesNotContain(packages.Concat(references), name =>
            Array.Exists(Drivers, driver => name.StartsWith(driver, StringComparison.Ordinal))
        );

        // The same look finds them where they are, and nothing there that is unknown.
        Assert.Equal(
            Drivers.Order(StringComparer.Ordinal),
            Packages("Connectors.Sources")
                .Except(Libraries, StringComparer.Ordinal)
                .Select(name => Drivers.Single(driver => name.StartsWith(driver, StringComparison.Ordinal)))
                .Distinct()
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void InternalsAreSeenByThoseWhomTheArchitectureNames()
    {
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Connectors.Abstractions"] = "Connectors.Functions.Tests, Connectors.Sources, Connectors.Sync, elastic-ingest",
            ["Connectors.Charsets"] = "Connectors.Extraction, Connectors.Functions.Tests, Connectors.Sources, Connectors.Sync",
            ["Connectors.Cli"] = "Connectors.Functions.Tests",
            ["Connectors.Emulator"] = "Connectors.Functions.Tests, Connectors.LocalHost, elastic-ingest",
            ["Connectors.Functions"] = "Connectors.Benchmarks, Connectors.Functions.Tests, Connectors.LocalHost",
            ["Connectors.LocalHost"] = "Connectors.Functions.Tests",
            ["Connectors.Sources"] = "Connectors.Benchmarks, Connectors.Functions.Tests",
            ["Connectors.Sync"] =
                "Connectors.Benchmarks, Connectors.Emulator, Connectors.Functions, Connectors.Functions.Tests, Connectors.LocalHost, "
                + "DynamicProxyGenAssembly2, elastic-ingest",
            ["Connectors.Testing"] = "Connectors.Functions.Tests",
        };

        var actual = MayName
            .Keys.Where(project => project != "Connectors.Samples.Releases")
            .Select(project => (Project: project, Friends: Items(project, "InternalsVisibleTo")))
            .Where(item => item.Friends.Length > 0);
        Assert.Equal(
            expected.Select(item => $"{item.Key}: {item.Value}"),
            actual
                .Select(item => $"{item.Project}: {string.Join(", ", item.Friends.Order(StringComparer.OrdinalIgnoreCase))}")
                .Order(StringComparer.Ordinal)
        );
    }

    private static string ProjectOf(Assembly assembly) =>
        assembly.GetName().Name switch
        {
            "elastic-ingest" => "Connectors.Cli",
            var name => name!,
        };

    private static IEnumerable<string> Below(string project) => MayName[project].SelectMany(item => Below(item).Append(item));

    private static string[] References(string file) =>
        [
            .. XDocument
                .Load(file)
                .Descendants("ProjectReference")
                .Select(item => Path.GetFileNameWithoutExtension(item.Attribute("Include")!.Value.Replace('\\', '/'))),
        ];

    private static string[] Packages(string project) => Items(project, "PackageReference");

    private static string[] Items(string project, string kind) =>
        [
            .. XDocument
                .Load(Path.Combine(Approved.Root, project, $"{project}.csproj"))
                .Descendants(kind)
                .Select(item => item.Attribute("Include")!.Value),
        ];
}
