using System.IO.Compression;
using System.Reflection;
using System.Text.Json.Nodes;
using Connectors.Functions.Hosting;
using Connectors.Sync.Content;
using Connectors.Sync.Content.Extraction;
using Connectors.Tests.Support.Files;
using Connectors.Tests.Sync.Content.Extraction.Confinement;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Xunit;

namespace Connectors.Tests.Published;

/// <summary>The zip that is deployed to Azure holds the app, whole, and nothing of the developer's.</summary>
[Collection("Published")]
public sealed class FunctionsZipTests
{
    [Fact]
    public async Task TheHostFindsEveryFunctionWithItsTrigger()
    {
        var functions = typeof(ConnectorApp)
            .Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.IsDefined(typeof(FunctionAttribute)))
            .Select(method => (method.GetCustomAttribute<FunctionAttribute>()!.Name, Trigger: TriggerOf(method)))
            .Order()
            .ToList();
        Assert.True(functions.Count >= 24, $"only {functions.Count} functions");

        var metadata = JsonNode.Parse(await ReadAsync("functions.metadata"))!.AsArray();

        Assert.Equal(functions, metadata.Select(function => (Text(function, "name"), Text(function!["bindings"]![0], "type"))).Order());
        Assert.All(metadata, function =>
            Assert.Equal(("Connectors.Functions.dll", "dotnet-isolated"), (Text(function, "scriptFile"), Text(function, "language")))
        );
    }

    [Fact]
    public async Task TheHostFindsItsSettingsItsWorkerAndItsExtensions()
    {
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Support.Approved.Root, "host.json"), Token), await ReadAsync("host.json"));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Support.Approved.Root, "config.yml"), Token), await ReadAsync("config.yml"));
        var worker = JsonNode.Parse(await ReadAsync("worker.config.json"))!["description"];
        Assert.Equal(("dotnet-isolated", "Connectors.Functions.dll"), (Text(worker, "language"), Text(worker, "defaultWorkerPath")));

        var extensions = JsonNode.Parse(await ReadAsync("extensions.json"))!["extensions"]!.AsArray();
        Assert.Contains("DurableTask", extensions.Select(extension => Text(extension, "name")));
        await using var zip = await OpenAsync();
        Assert.All(extensions, extension =>
            Assert.NotNull(zip.GetEntry(Text(extension, "hintPath").Replace("./", string.Empty, StringComparison.Ordinal)))
        );
        Assert.NotNull(zip.GetEntry(".azurefunctions/function.deps.json"));
    }

    [Fact]
    public async Task TheHostLetsASyncGoOnAMinuteAfterItsDeathAndTracesOrchestrationsWithTheirSteps()
    {
        var durable = JsonNode.Parse(await ReadAsync("host.json"))!["extensions"]!["durableTask"]!;

        // The host refuses less than a minute.
        Assert.Equal(
            ["00:01:00", "00:01:00"],
            [
                Text(durable["storageProvider"], "controlQueueVisibilityTimeout"),
                Text(durable["storageProvider"], "workItemQueueVisibilityTimeout"),
            ]
        );
        Assert.Equal(
            (true, "V2"),
            (durable["tracing"]!["distributedTracingEnabled"]!.GetValue<bool>(), Text(durable["tracing"], "version"))
        );
    }

    [Fact]
    public async Task NothingOfADevelopersMachineIsInIt()
    {
        await using var zip = await OpenAsync();
        var names = zip.Entries.Select(entry => entry.FullName).ToList();

        Assert.True(names.Count > 100, $"only {names.Count} files");
        Assert.DoesNotContain(names, name =>
            name.EndsWith("local.settings.json", StringComparison.Ordinal) || name.EndsWith(".env", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(names, name => name.Contains('\\', StringComparison.Ordinal));
        Assert.DoesNotContain("Connectors.Emulator.dll", names);
    }

    [Fact]
    public async Task NothingThatTheAppDoesNotUseIsInIt()
    {
        await using var zip = await OpenAsync();

        // What is compiled ahead of time is what a cold start waits for: compiling all of it made 150 MB.
        Assert.InRange(zip.Entries.Sum(entry => entry.Length) / 1_000_000, 70, 110);
        Assert.DoesNotContain(zip.Entries, entry =>
            entry.FullName.StartsWith("runtimes/", StringComparison.Ordinal)
            || entry.Name.EndsWith(".resources.dll", StringComparison.Ordinal)
            || entry.Name.EndsWith(".xml", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task TheExtractionProcessStartsOutOfThePublishedFolderConfinedAndReadsAWordFile()
    {
        var command = new ExtractionCommand(
            Path.Combine(PublishedPrograms.DotnetRoot, "dotnet"),
            [Path.Combine(PublishedPrograms.FunctionsFolder, "Connectors.Extraction.dll")]
        );
        await using var fixture = new ExtractionFixture(new LocalExtractionOptions { Processes = 1, Command = command });
        var process = await fixture.Pool.TakeAsync(Token);
        await fixture.Pool.ReturnAsync(process);

        Assert.Equal(LinuxKernel.Confinement, process.Confinement);

        Assert.Equal((ContentOutcome.Text, "first\nsecond"), await fixture.ReadAsync("letter.docx", MadeFiles.Word("first", "second")));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string TriggerOf(MethodInfo method)
    {
        var name = method
            .GetParameters()
            .Select(parameter => parameter.GetCustomAttribute<TriggerBindingAttribute>())
            .OfType<TriggerBindingAttribute>()
            .Single()
            .GetType()
            .Name;
        return char.ToLowerInvariant(name[0]) + name[1..^nameof(Attribute).Length];
    }

    private static string Text(JsonNode? node, string name) => node![name]!.GetValue<string>();

    private static Task<ZipArchive> OpenAsync() => ZipFile.OpenReadAsync(PublishedPrograms.FunctionsZip, Token);

    private static async Task<string> ReadAsync(string name)
    {
        await using var zip = await OpenAsync();
        var entry = zip.GetEntry(name);
        Assert.True(entry is not null, $"{name} is not in the zip");
        using var reader = new StreamReader(await entry.OpenAsync(Token));
        return await reader.ReadToEndAsync(Token);
    }
}
