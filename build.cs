#!/usr/bin/env dotnet
#:property PublishAot=false
#:property NoWarn=$(NoWarn);CS1591;CA1050;CA1303;CA1515;CA1812;CA1849;CA1031;CA2007;MA0047
#:project eng/Build/BuildSteps.csproj

// Builds, tests, tries and packs Connectors: dotnet run build.cs -- demo | functions | test | bench | pack | publish. See Usage below.
using System.Collections;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Connectors.Build;

const string Usage = """
    dotnet run build.cs -- COMMAND [more]

      test      builds everything, checks the white space, publishes as a release would, runs all tests; [more] are filters of the test runner: -class "*Bulk*"
      demo      builds elastic-ingest and shows it at work, without a server; [more] go to the demo
      functions builds the function app and runs it in one process, without Core Tools, with an emulated Elasticsearch, and Azurite where npm has it; kept in
                artifacts/local-host, where a later start goes on; --folder PATH elsewhere. --once tries it with a sample folder and ends
      bench     runs the race against a raw bulk blast; [more] go to the benchmarks: ids, functions, cold, micro
      pack      packs what authors of sources need (contract and tests), the template and elastic-ingest as NuGet packages, into artifacts/packages
      publish   packs elastic-ingest as a .NET tool and as a self-contained folder, and the function app as a zip to deploy, into artifacts/
    """;

var root = Path.GetDirectoryName(ScriptPath())!;
var artifacts = Path.Combine(root, "artifacts");
var packages = Path.Combine(artifacts, "packages");
var more = args.Skip(1).Where(arg => arg != "--").ToArray();
using var programs = new Programs(root);
var tool = new BuildTool(programs, root);
var servers = new TestServers(programs.Npm, Path.Combine(artifacts, "npm"), Console.Out);
AppDomain.CurrentDomain.ProcessExit += (_, _) => tool.EndCompiler();

switch (args.FirstOrDefault())
{
    case "test":
        return Test();
    case "demo":
        return tool.BuildOnce("Connectors.Cli", "elastic-ingest.dll") ? Run("Connectors.Cli", "elastic-ingest.dll", ["demo", .. more]) : 1;
    case "functions":
        return Functions();
    case "bench":
        return Bench();
    case "pack":
        string[] packed = ["Connectors.Abstractions", "Connectors.Testing", "Connectors.Cli", "templates/connectors-source.csproj"];
        return tool.Pack(packages, packed) ? 0 : 1;
    case "publish":
        return Publish() ? 0 : 1;
    case null or "-h" or "--help":
        Console.WriteLine(Usage);
        return 0;
    case var unknown:
        Console.Error.WriteLine(BuildCommands.Unknown(unknown));
        Console.WriteLine(Usage);
        return 2;
}

int Test()
{
    // What the build does not wait for is done beside it.
    var whiteSpace = Task.Run(() => programs.Capture("dotnet", BuildTool.WhiteSpaceCheck(root)));
    var fromNpm = Task.Run(() => (S3: servers.S3(), Azurite: servers.Azurite()));
    var built = Programs.Timed("build", tool.BuildAll);
    var (whiteSpaceDiffers, differences) = whiteSpace.Result;
    if (whiteSpaceDiffers != 0)
    {
        Console.WriteLine(differences);
        Console.WriteLine("test: white space differs from .editorconfig; `dotnet format whitespace . --folder` puts it right.");
    }

    Environment.SetEnvironmentVariable("CONNECTORS_S3RVER", fromNpm.Result.S3);
    Environment.SetEnvironmentVariable("CONNECTORS_AZURITE", fromNpm.Result.Azurite);
    var counts = new TestCounts();
    if (!built)
    {
        Console.WriteLine("test: the build failed, no test ran.");
        _ = counts.Summary();
        return 1;
    }

    Console.WriteLine($"database servers for the tests: {string.Join(", ", TestServers.Databases())}");
    var hasCultures = TestServers.HasCultures();
    if (!hasCultures)
    {
        Console.WriteLine("ICU: not here, so the tests of SQL Server's driver are skipped");
    }

    bool passed;
    if (more.Length > 0)
    {
        // Some tests only: they publish what they need themselves.
        tool.EndCompiler();
        passed = RunTests(counts, new TestRun("test-results", more));
    }
    else
    {
        // What ships is tested as it ships. The other tests do not need it, and leave time to make it: they wait a lot for processes.
        var publishing = Task.Run(() => Programs.Timed("pack and publish", Publish));
        passed = TestRun.BeforePublishing(hasCultures).Aggregate(true, (all, run) => RunTests(counts, run) && all);
        var isPublished = publishing.Result;
        tool.EndCompiler();
        Environment.SetEnvironmentVariable("CONNECTORS_PUBLISHED", artifacts);
        passed = isPublished && RunTests(counts, TestRun.OfPublished) && passed;
    }

    return counts.Summary() && passed && whiteSpaceDiffers == 0 ? 0 : 1;
}

// False when the test program did not end as it does when all is well.
bool RunTests(TestCounts counts, TestRun run)
{
    var results = Path.Combine(artifacts, $"{run.Name}.xml");
    Directory.CreateDirectory(artifacts);
    File.Delete(results);
    string[] tests = [tool.Output("Connectors.Functions.Tests", "Connectors.Functions.Tests.dll"), .. run.Filter];

    // More tests at a time than processors: many wait for a process, a browser or a server.
    string[] how = ["-maxThreads", "1.5x", "-noColor", "-longRunning", "120", "-diagnostics", "-result-xml", results];
    var exitCode = 0;
    Programs.Timed(
        "tests",
        () => (exitCode = programs.Dotnet([.. tests, .. how], TimeSpan.FromMinutes(40), variables: run.Variables)) == 0
    );
    return counts.Add(results, exitCode);
}

int Functions()
{
    if (BuildCommands.WrongOptions(more) is { } wrong)
    {
        Console.Error.WriteLine(wrong);
        return 2;
    }

    if (!tool.BuildOnce("Connectors.LocalHost", "Connectors.LocalHost.dll"))
    {
        return 1;
    }

    var settings = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>();
    var needsAzurite = BuildCommands.NeedsAzurite(more, settings.Select(item => KeyValuePair.Create($"{item.Key}", $"{item.Value}")));
    Environment.SetEnvironmentVariable("CONNECTORS_AZURITE", needsAzurite ? servers.Azurite() : null);
    string[] kept = more.Contains("--once") || more.Contains("--folder") ? [] : ["--folder", Path.Combine(artifacts, "local-host")];

    // It ends when its input does, and that ends with us, also when we are killed.
    string[] program = [tool.Output("Connectors.LocalHost", "Connectors.LocalHost.dll"), "--attached"];
    var exitCode = programs.Dotnet([.. program, .. kept, .. more], holdsInput: true);
    if (BuildCommands.EndedFromOutside("functions: the local host", exitCode) is { } ended)
    {
        Console.Error.WriteLine(ended);
    }

    return exitCode;
}

int Bench()
{
    if (!tool.Build("Connectors.Benchmarks"))
    {
        return 1;
    }

    var folder = Path.Combine(artifacts, "bench");
    if (more is ["cold", ..])
    {
        string[] apps = [Path.Combine(folder, "functions"), Path.Combine(folder, "functions-compiled-as-it-runs")];
        if (!tool.Publish("Connectors.Functions", apps[0]) || !tool.Publish("Connectors.Functions", apps[1], "-p:PublishReadyToRun=false"))
        {
            return 1;
        }

        Environment.SetEnvironmentVariable("CONNECTORS_FUNCTIONS", string.Join(Path.PathSeparator, apps));
    }
    else
    {
        // What is measured is the program as it ships, compiled for this machine. Where the compiler for that can't be had, it is measured
        // as it is built.
        var program = Path.Combine(folder, "elastic-ingest", OperatingSystem.IsWindows() ? "elastic-ingest.exe" : "elastic-ingest");
        var isPublished = PublishElasticIngest(Path.GetDirectoryName(program)!);
        Environment.SetEnvironmentVariable("CONNECTORS_ELASTIC_INGEST", isPublished ? program : null);
    }

    return Run("Connectors.Benchmarks", "Connectors.Benchmarks.dll", more);
}

bool Publish()
{
    var folder = Path.Combine(artifacts, $"elastic-ingest-{RuntimeInformation.RuntimeIdentifier}");
    var (app, zip) = (Path.Combine(artifacts, "functions"), Path.Combine(artifacts, "functions.zip"));
    if (!tool.Pack(packages, "Connectors.Cli") || !PublishElasticIngest(folder) || !tool.Publish("Connectors.Functions", app))
    {
        Console.WriteLine("publish: failed");
        return false;
    }

    File.Delete(zip);
    ZipFile.CreateFromDirectory(app, zip);
    Console.WriteLine($"publish: {folder} and {zip}");
    return true;
}

bool PublishElasticIngest(string folder) =>
    tool.Publish("Connectors.Cli", folder, "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained");

int Run(string project, string file, string[] arguments) => programs.Dotnet([tool.Output(project, file), .. arguments]);

static string ScriptPath([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
