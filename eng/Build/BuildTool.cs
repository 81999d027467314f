using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace Connectors.Build;

/// <summary>Builds, packs and publishes projects of the repository, in Release.</summary>
/// <param name="programs">Runs the SDK.</param>
/// <param name="root">The repository.</param>
public sealed class BuildTool(Programs programs, string root)
{
    private static readonly string[] Made =
    [
        $"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}",
        $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
    ];

    // Where the environment asks for no compiler server, nothing may be left running; but 14 projects without one take twice the time. So
    // there is one of this run's own, and it ends with this run. By its name: other builds of this user have theirs.
    private static readonly string Server = $"connectors-{Environment.ProcessId}";

    private static readonly string[] OwnServer =
        Environment.GetEnvironmentVariable("UseSharedCompilation") is "false"
            ? ["-p:UseSharedCompilation=true", $"-p:SharedCompilationId={Server}"]
            : [];

    private bool _isServerUsed;
    private bool _isBuilt;

    /// <summary>The arguments of <c>dotnet</c> that check the white space of what stands in the repository, not of what is made.</summary>
    public static string[] WhiteSpaceCheck(string folder) =>
        ["format", "whitespace", folder, "--folder", "--verify-no-changes", "--exclude", "artifacts/", "**/bin/", "**/obj/"];

    /// <summary>A file that a project is built to.</summary>
    public string Output(string project, string file) => Path.Combine(root, project, "bin", "Release", "net10.0", file);

    /// <summary>Builds all projects: then packing needs no other build, and publishing no analyzers.</summary>
    public bool BuildAll() => _isBuilt = Build("Connectors.sln");

    /// <summary>Builds a project or solution.</summary>
    public bool Build(string what) =>
        programs.Dotnet(["build", Path.Combine(root, what), "-c", "Release", "-v", "q", "--nologo", "-clp:NoSummary", .. Compiler()]) == 0;

    /// <summary>Builds a project that is only run, if anything changed that it is made of: even a build with nothing to do takes its
    /// time.</summary>
    /// <param name="project">The project.</param>
    /// <param name="file">The file that is run.</param>
    public bool BuildOnce(string project, string file)
    {
        var stamp = new FileInfo(Path.Combine(root, project, "obj", "build.stamp"));
        var inputs = Inputs(project);
        if (stamp.Exists && File.Exists(Output(project, file)) && File.ReadAllText(stamp.FullName) == inputs)
        {
            Console.WriteLine($"{project}: built, nothing changed since");
            return true;
        }

        Console.WriteLine($"{project}: building; the first time takes a minute or two");
        stamp.Directory!.Create();
        stamp.Delete();
        if (!Programs.Timed($"build of {project}", () => Build(project)))
        {
            return false;
        }

        File.WriteAllText(stamp.FullName, inputs);
        return true;
    }

    /// <summary>Packs projects as NuGet packages.</summary>
    public bool Pack(string folder, params string[] projects)
    {
        string[] how = _isBuilt ? ["--no-build"] : Compiler();
        var packed = projects.All(project =>
            programs.Dotnet(["pack", Path.Combine(root, project), "-c", "Release", "-o", folder, "--nologo", "-v", "q", .. how]) == 0
        );
        Console.WriteLine(packed ? $"pack: {folder}" : "pack: failed");
        return packed;
    }

    /// <summary>Publishes a project into a folder, which is emptied before: what an earlier build left there would ship too.</summary>
    public bool Publish(string project, string folder, params string[] how)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        // The analyzers have seen it all in the build before, if there was one.
        string[] analyzed = _isBuilt ? ["-p:RunAnalyzers=false"] : [];
        string[] publish = ["publish", Path.Combine(root, project), "-c", "Release", "-o", folder, "--nologo", "-v", "q"];
        return Programs.Timed($"publish {Path.GetFileName(folder)}", () =>
            programs.Dotnet([.. publish, .. how, .. Compiler(), .. analyzed]) == 0
        );
    }

    /// <summary>Ends the compiler server of this run, if it has one.</summary>
    public void EndCompiler()
    {
        if (!_isServerUsed)
        {
            return;
        }

        _isServerUsed = false;
        var anyProject = Path.Combine(root, "eng", "Build", "BuildSteps.csproj");
        var (_, folder) = programs.Capture("dotnet", "msbuild", anyProject, "-getProperty:RoslynTargetsPath");
        var program = Path.Combine(folder.Trim(), "bincore", "VBCSCompiler.dll");
        if (File.Exists(program))
        {
            _ = programs.Capture("dotnet", program, $"-pipename:{Server}", "-shutdown");
        }
    }

    /// <summary>What names the compiler server to a build.</summary>
    private string[] Compiler()
    {
        _isServerUsed |= OwnServer is not [];
        return OwnServer;
    }

    /// <summary>Names, times and sizes of all that a project and those it refers to are made of, as one hash.</summary>
    private string Inputs(string project)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal) { Path.Combine(root, "eng") };
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

        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        var files = folders
            .SelectMany(folder => new DirectoryInfo(folder).EnumerateFiles("*", all).Where(file => !Made.Any(file.FullName.Contains)))
            .Concat(new DirectoryInfo(root).EnumerateFiles().Where(file => file.Extension != ".md"))
            .OrderBy(file => file.FullName, StringComparer.Ordinal)
            .Select(file => $"{file.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}");
        var text = string.Join('\n', files.Prepend(Environment.Version.ToString()));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
