#!/usr/bin/env dotnet
#:property PublishAot=false
#:property NoWarn=$(NoWarn);CS1591;CA1050;CA1303;CA1515;CA1812;CA1849;CA1031;CA2007;MA0047

// Builds, tests, tries and packs Connectors: dotnet run build.cs -- demo | functions | test | bench | pack | publish. See Usage below.
using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;

const string Usage = """
    dotnet run build.cs -- COMMAND [more]

      test      builds everything, checks the white space, publishes as a release would, runs all tests; [more] are filters of the test runner: -class "*Bulk*"
      demo      builds elastic-ingest and shows it at work, without a server; [more] go to the demo
      functions builds the function app and runs it in one process, without Core Tools, with an emulated Elasticsearch, and Azurite where npm has it; kept in
                artifacts/local-host, where a later start goes on; --folder PATH elsewhere. --once tries it with a sample folder and ends
      bench     runs the race against a raw bulk blast; [more] go to the benchmarks: functions, cold, micro
      pack      packs what authors of sources need (contract and tests), the template and elastic-ingest as NuGet packages, into artifacts/packages
      publish   packs elastic-ingest as a .NET tool and as a self-contained folder, and the function app as a zip to deploy, into artifacts/
    """;

var root = Path.GetDirectoryName(ScriptPath())!;
var artifacts = Path.Combine(root, "artifacts");
var more = args.Skip(1).Where(arg => arg != "--").ToArray();
Console.CancelKeyPress += (_, press) => press.Cancel = true; // Ctrl-C is for the program that runs; we end when it does.
Process? running = null;
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End); // `dotnet run` passes it on.
using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
using var orphaned = OperatingSystem.IsWindows() ? null : EndWithParent();

// Where the environment asks for no compiler server, nothing may be left running; but 14 projects without one take twice the time. So there
// is one for this run, and it ends with it.
string[] compiler = Environment.GetEnvironmentVariable("UseSharedCompilation") is "false"
    ? ["-p:UseSharedCompilation=true", $"-p:SharedCompilationId=connectors-build-{Environment.ProcessId}"]
    : [];
var isBuilt = false;
var counts = (Passed: 0, Failed: 0, Skipped: 0);
AppDomain.CurrentDomain.ProcessExit += (_, _) => EndCompiler();

switch (args.FirstOrDefault())
{
    case "test":
        return Test();
    case "demo":
        return BuildOnce("Connectors.Cli", "elastic-ingest.dll")
            ? Dotnet([Output("Connectors.Cli", "elastic-ingest.dll"), "demo", .. more])
            : 1;
    case "functions":
        return Functions();
    case "bench":
        return Bench();
    case "pack":
        return Pack("Connectors.Abstractions", "Connectors.Testing", "Connectors.Cli", "templates/connectors-source.csproj") ? 0 : 1;
    case "publish":
        return Publish();
    default:
        Console.WriteLine(Usage);
        return args.Length == 0 || args[0] is "-h" or "--help" ? 0 : 2;
}

// ---- commands -------------------------------------------------------------------------------------------------------------------

int Test()
{
    // What the build does not wait for is done beside it.
    var whiteSpace = Task.Run(() =>
        Capture("dotnet", ["format", "whitespace", root, "--folder", "--verify-no-changes", "--exclude", "artifacts/"])
    );
    var servers = Task.Run(() => (S3: NpmServer("s3rver", "3.7.1", "bin/s3rver.js"), Azurite: Azurite()));
    var built = Timed("build", () => Build("Connectors.sln") ? 0 : 1) == 0;
    var (whiteSpaceDiffers, differences) = whiteSpace.Result;
    if (whiteSpaceDiffers != 0)
    {
        Console.WriteLine(differences);
        Console.WriteLine("test: white space differs from .editorconfig; `dotnet format whitespace . --folder` puts it right.");
    }

    Environment.SetEnvironmentVariable("CONNECTORS_S3RVER", servers.Result.S3);
    Environment.SetEnvironmentVariable("CONNECTORS_AZURITE", servers.Result.Azurite);
    if (!built)
    {
        Console.WriteLine("test: the build failed, no test ran.");
        _ = Summary();
        return 1;
    }

    isBuilt = true;
    Console.WriteLine($"database servers for the tests: {string.Join(", ", Servers())}");
    bool passed;
    if (more.Length > 0)
    {
        // Some tests only: they publish what they need themselves.
        EndCompiler();
        passed = RunTests("test-results", more);
    }
    else
    {
        // What ships is tested as it ships. The other tests do not need it, and leave time to make it: they wait a lot for processes.
        var publishing = Task.Run(() => Timed("pack and publish", Publish));
        passed = RunTests("test-results", ["-namespace-", "Connectors.Tests.Published"]);
        var isPublished = publishing.Result == 0;
        EndCompiler();
        Environment.SetEnvironmentVariable("CONNECTORS_PUBLISHED", artifacts);
        passed = isPublished && RunTests("test-results-published", ["-namespace", "Connectors.Tests.Published"]) && passed;
    }

    return Summary() && passed && whiteSpaceDiffers == 0 ? 0 : 1;
}

// False when the test program did not end as it does when all is well.
bool RunTests(string name, string[] filter)
{
    var results = Path.Combine(artifacts, $"{name}.xml");
    Directory.CreateDirectory(artifacts);
    File.Delete(results);
    string[] tests = [Output("Connectors.Functions.Tests", "Connectors.Functions.Tests.dll"), .. filter];
    string[] how = ["-noColor", "-longRunning", "120", "-diagnostics", "-result-xml", results];
    var exitCode = Timed("tests", () => Dotnet([.. tests, .. how], TimeSpan.FromMinutes(40)));
    return Count(results, exitCode);
}

int Functions()
{
    if (!BuildOnce("Connectors.LocalHost", "Connectors.LocalHost.dll"))
    {
        return 1;
    }

    Environment.SetEnvironmentVariable("CONNECTORS_AZURITE", Azurite());
    string[] kept = more.Contains("--once") || more.Contains("--folder") ? [] : ["--folder", Path.Combine(artifacts, "local-host")];

    // It ends when its input does, and that ends with us, also when we are killed.
    return Dotnet([Output("Connectors.LocalHost", "Connectors.LocalHost.dll"), "--attached", .. kept, .. more], holdsInput: true);
}

int Bench()
{
    if (!Build("Connectors.Benchmarks"))
    {
        return 1;
    }

    if (more is ["cold", ..])
    {
        string[] apps = [Path.Combine(artifacts, "bench", "functions"), Path.Combine(artifacts, "bench", "functions-compiled-as-it-runs")];
        if (!PublishFunctions(apps[0]) || !PublishFunctions(apps[1], "-p:PublishReadyToRun=false"))
        {
            return 1;
        }

        Environment.SetEnvironmentVariable("CONNECTORS_FUNCTIONS", string.Join(Path.PathSeparator, apps));
        return Dotnet([Output("Connectors.Benchmarks", "Connectors.Benchmarks.dll"), .. more]);
    }

    // What is measured is the program as it ships, compiled for this machine. Where the compiler for that can't be had, it is measured as
    // it is built.
    var folder = Path.Combine(artifacts, "bench", "elastic-ingest");
    Empty(folder);
    var project = Path.Combine(root, "Connectors.Cli");
    var isPublished = PublishProject(project, folder, "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained");
    var program = Path.Combine(folder, OperatingSystem.IsWindows() ? "elastic-ingest.exe" : "elastic-ingest");
    Environment.SetEnvironmentVariable("CONNECTORS_ELASTIC_INGEST", isPublished ? program : null);
    return Dotnet([Output("Connectors.Benchmarks", "Connectors.Benchmarks.dll"), .. more]);
}

bool Pack(params string[] projects)
{
    var packages = Path.Combine(artifacts, "packages");
    string[] how = isBuilt ? ["--no-build"] : compiler;
    var packed = projects.All(project =>
        Dotnet(["pack", Path.Combine(root, project), "-c", "Release", "-o", packages, "--nologo", "-v", "q", .. how]) == 0
    );
    Console.WriteLine(packed ? $"pack: {packages}" : "pack: failed");
    return packed;
}

int Publish()
{
    var runtime = RuntimeInformation.RuntimeIdentifier;
    var folder = Path.Combine(artifacts, $"elastic-ingest-{runtime}");
    var project = Path.Combine(root, "Connectors.Cli");
    Empty(folder);
    var failed = !Pack("Connectors.Cli") || !PublishProject(project, folder, "-r", runtime, "--self-contained");
    var (app, zip) = (Path.Combine(artifacts, "functions"), Path.Combine(artifacts, "functions.zip"));
    if (failed || !PublishFunctions(app))
    {
        Console.WriteLine("publish: failed");
        return 1;
    }

    File.Delete(zip);
    ZipFile.CreateFromDirectory(app, zip);
    Console.WriteLine($"publish: {folder} and {zip}");
    return 0;
}

bool PublishFunctions(string folder, params string[] how)
{
    Empty(folder);
    return PublishProject(Path.Combine(root, "Connectors.Functions"), folder, how);
}

bool PublishProject(string project, string folder, params string[] how)
{
    // The analyzers have seen it all in the build before, if there was one.
    string[] analyzed = isBuilt ? ["-p:RunAnalyzers=false"] : [];
    string[] publish = ["publish", project, "-c", "Release", "-o", folder, "--nologo", "-v", "q", .. how, .. compiler, .. analyzed];
    return Timed($"publish {Path.GetFileName(folder)}", () => Dotnet(publish)) == 0;
}

// What an earlier build left behind would be packed too.
static void Empty(string folder)
{
    if (Directory.Exists(folder))
    {
        Directory.Delete(folder, recursive: true);
    }
}

// ---- building and testing -------------------------------------------------------------------------------------------------------

bool Build(string what) =>
    Dotnet(["build", Path.Combine(root, what), "-c", "Release", "-v", "q", "--nologo", "-clp:NoSummary", .. compiler]) == 0;

// What is only run is not built again while nothing changed that it is made of: even a build with nothing to do takes its time.
bool BuildOnce(string project, string file)
{
    var stamp = Path.Combine(root, project, "obj", "built-by-build.cs");
    var inputs = Inputs(project);
    if (File.Exists(stamp) && File.Exists(Output(project, file)) && File.ReadAllText(stamp) == inputs)
    {
        Console.WriteLine($"{project}: built, nothing changed since");
        return true;
    }

    Console.WriteLine($"{project}: building; the first time takes a minute or two");
    var clock = Stopwatch.StartNew();
    Directory.CreateDirectory(Path.GetDirectoryName(stamp)!); // There is none in a fresh clone, and File.Delete wants one.
    File.Delete(stamp);
    if (!Build(project))
    {
        return false;
    }

    Console.WriteLine($"{project}: built in {clock.Elapsed.TotalSeconds:0} s");
    File.WriteAllText(stamp, inputs);
    return true;
}

// Names, times and sizes of all that a project and those it refers to are made of, as one hash.
string Inputs(string project)
{
    var folders = new HashSet<string> { Path.Combine(root, "eng") };
    var projects = new Queue<string>([Path.Combine(root, project, $"{project}.csproj")]);
    while (projects.TryDequeue(out var next))
    {
        var folder = Path.GetDirectoryName(next)!;
        if (folders.Add(folder))
        {
            var references = XDocument.Load(next).Descendants("ProjectReference").Select(item => item.Attribute("Include")!.Value);
            references.ToList().ForEach(item => projects.Enqueue(Path.GetFullPath(Path.Combine(folder, item.Replace('\\', '/')))));
        }
    }

    var made = new[] { "bin", "obj" }.Select(name => $"{Path.DirectorySeparatorChar}{name}{Path.DirectorySeparatorChar}").ToArray();
    var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
    var files = folders
        .SelectMany(folder => new DirectoryInfo(folder).EnumerateFiles("*", all).Where(file => !made.Any(file.FullName.Contains)))
        .Concat(new DirectoryInfo(root).EnumerateFiles().Where(file => file.Extension != ".md"))
        .OrderBy(file => file.FullName, StringComparer.Ordinal)
        .Select(file => $"{file.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}");
    var text = string.Join('\n', files.Prepend(Environment.Version.ToString()));
    return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
}

string Output(string project, string file) => Path.Combine(root, project, "bin", "Release", "net10.0", file);

string? Azurite() => NpmServer("azurite", "3.37.0", "dist/src/blob/main.js");

// A server from npm that the local host and tests talk to; null when it can't be had. They say what they do without it.
string? NpmServer(string package, string version, string script)
{
    var folder = Path.Combine(artifacts, "npm");
    var file = Path.Combine(folder, "node_modules", package, script);
    if (!File.Exists(file))
    {
        Console.WriteLine($"{package}: asking npm for it");
        Directory.CreateDirectory(folder);
        try
        {
            string[] install = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", $"{package}@{version}"];
            _ = OperatingSystem.IsWindows() ? Capture("cmd", ["/c", "npm", .. install]) : Capture("npm", install);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No npm here.
        }
    }

    Console.WriteLine(File.Exists(file) ? $"{package}: from npm" : $"{package}: can't be had here (npm is missing, or has no {package})");
    return File.Exists(file) ? file : null;
}

// The tests of the databases start the servers that the machine has, and skip themselves without.
IEnumerable<string> Servers()
{
    var postgres = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(folder => Path.Combine(folder, "bin"))
        : [];
    var folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .Concat(["/usr/sbin", "/usr/local/sbin"])
        .Concat(postgres)
        .ToArray();
    foreach (var (name, program) in new[] { ("PostgreSQL", "postgres"), ("MariaDB", "mariadbd"), ("Redis", "redis-server") })
    {
        yield return folders.Any(folder => File.Exists(Path.Combine(folder, program))) ? name : $"no {name} (its tests are skipped)";
    }
}

// Prints what failed, and counts, both from the results file. False when anything is wrong, or nothing ran.
bool Count(string results, int exitCode)
{
    if (!File.Exists(results))
    {
        Console.WriteLine($"test: the test program ended with exit code {exitCode} and left no results.");
        return false;
    }

    var document = XDocument.Load(results);
    int Sum(string name) => document.Descendants("assembly").Sum(item => (int?)item.Attribute(name) ?? 0);
    foreach (var failure in document.Descendants("failure"))
    {
        var name = failure.Parent!.Attribute("name")?.Value ?? failure.Parent.Attribute("type")?.Value;
        Console.WriteLine($"failed: {name}: {failure.Element("message")?.Value.Trim().Split('\n')[0]}");
    }

    // Errors are what failed outside a test: a fixture that could not be cleaned up, say.
    var (passed, failed, skipped) = (Sum("passed"), Sum("failed") + Sum("errors"), Sum("skipped"));
    counts = (counts.Passed + passed, counts.Failed + failed, counts.Skipped + skipped);
    if (exitCode != 0 && failed == 0)
    {
        Console.WriteLine($"test: no test failed, but the test program ended with exit code {exitCode}.");
    }

    return exitCode == 0 && failed == 0 && passed > 0;
}

// The last line of a test run. False when a test failed.
bool Summary()
{
    Console.WriteLine($"{counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped");
    return counts.Failed == 0;
}

// ---- processes ------------------------------------------------------------------------------------------------------------------

int Dotnet(string[] arguments, TimeSpan? limit = null, bool holdsInput = false)
{
    var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root, RedirectStandardInput = holdsInput };
    using var process = Process.Start(start)!;
    running = process;
    if (!process.WaitForExit(limit ?? Timeout.InfiniteTimeSpan))
    {
        Console.WriteLine(
            $"ended after {limit!.Value.TotalMinutes:0} minutes: it hangs. What ran for more than two minutes is named above."
        );
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    running = null;
    return process.ExitCode;
}

// The program that runs ends with us: in order where it holds on to our end of its input, else at once.
void End(PosixSignalContext? signal)
{
    signal?.Cancel = true;
    if (running is { } child)
    {
        if (child.StartInfo.RedirectStandardInput)
        {
            child.StandardInput.Close();
        }

        if (!child.StartInfo.RedirectStandardInput || !child.WaitForExit(TimeSpan.FromSeconds(20)))
        {
            child.Kill(entireProcessTree: true);
        }
    }

    Environment.Exit(128 + 15);
}

// Who kills `dotnet run` leaves us to another parent.
Timer EndWithParent()
{
    var parent = getppid();
    return new Timer(
        _ =>
        {
            if (getppid() != parent)
            {
                End(null);
            }
        },
        null,
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(1)
    );
}

[DllImport("libc")]
static extern int getppid();

// Says how long a step took, so that a build that has become slow shows where.
static int Timed(string what, Func<int> step)
{
    var clock = Stopwatch.StartNew();
    var exitCode = step();
    Console.WriteLine($"{what}: {clock.Elapsed.TotalSeconds:0} s");
    return exitCode;
}

// Ends the compiler server of this run, if it has one.
void EndCompiler()
{
    if (compiler is [])
    {
        return;
    }

    var version = Capture("dotnet", ["--version"]).Output.Trim();
    var sdks = Capture("dotnet", ["--list-sdks"]).Output.Split('\n');
    var folder = sdks.First(sdk => sdk.StartsWith(version + " ", StringComparison.Ordinal)).Split('[', ']')[1];
    var server = Path.Combine(folder, version, "Roslyn", "bincore", "VBCSCompiler.dll");
    _ = Capture("dotnet", ["exec", server, $"-pipename:connectors-build-{Environment.ProcessId}", "-shutdown"]);
    compiler = [];
}

(int ExitCode, string Output) Capture(string program, string[] arguments)
{
    var start = new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = root,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    };
    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return (process.ExitCode, output);
}

static string ScriptPath([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
