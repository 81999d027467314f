using System.Runtime.InteropServices;

namespace Connectors.Extraction.Confinement;

/// <summary>What the process has to read to be a .NET program at all, and what its libraries look up. What does not exist does not matter.
/// </summary>
/// <param name="Programs">Files that are read, or started.</param>
/// <param name="Files">Files that are read.</param>
/// <param name="Folders">Folders that are listed, and read with all that is below them.</param>
/// <param name="Listed">Folders that are listed, and nothing else.</param>
internal sealed record ReadableFiles(
    IReadOnlyList<string> Programs,
    IReadOnlyList<string> Files,
    IReadOnlyList<string> Folders,
    IReadOnlyList<string> Listed
)
{
    private static readonly string[] ProgramFiles = [".dll", ".so", ".deps.json", ".runtimeconfig.json"];

    private static readonly string[] SystemFiles =
    [
        "/dev/null",
        "/dev/random",
        "/dev/urandom",
        "/etc/dotnet/install_location",
        "/etc/dotnet/install_location_arm64",
        "/etc/dotnet/install_location_x64",
        "/etc/ld.so.cache",
        "/etc/localtime",
        "/etc/pki/tls/openssl.cnf",
        "/etc/ssl/openssl.cnf",
        "/proc/meminfo",
        "/proc/sys/vm/overcommit_memory",
    ];

    // Libraries; fonts, which PDF files may name without bringing them; processors and control groups.
    private static readonly string[] SystemFolders =
    [
        "/etc/crypto-policies/back-ends",
        "/lib",
        "/lib64",
        "/sys/devices/system",
        "/sys/fs/cgroup",
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/fonts",
        "/usr/local/lib",
        "/usr/local/share/fonts",
        "/usr/share",
        "/usr/X11R6/lib/X11/fonts",
    ];

    /// <summary>Those of the program that runs.</summary>
    /// <param name="loaded">What <see cref="LoadedFiles"/> found.</param>
    public static ReadableFiles OfThisProgram(IReadOnlyList<string> loaded) =>
        new(
            loaded,
            // Not the folder of the program: configuration with secrets may lie in it.
            [
                .. SystemFiles,
                .. Directory
                    .EnumerateFiles(AppContext.BaseDirectory)
                    .Where(file => Array.Exists(ProgramFiles, end => file.EndsWith(end, StringComparison.Ordinal))),
            ],
            [.. SystemFolders, .. RuntimeFolders(), .. NamedFolders()],
            // Without a .deps.json, as in a published function app, .NET looks which assemblies lie there.
            [AppContext.BaseDirectory]
        );

    /// <summary>The files that this process has loaded until now: itself, and libraries wherever this system keeps them.</summary>
    /// <exception cref="IOException">There is no /proc.</exception>
    public static IReadOnlyList<string> LoadedFiles() =>
        [
            .. File.ReadLines("/proc/self/maps")
                .Select(line => line.IndexOf('/', StringComparison.Ordinal) is var start and >= 0 ? line[start..] : string.Empty)
                .Where(path => path.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>Folders of the .NET that is installed: it lies in ROOT/shared/Microsoft.NETCore.App/VERSION. None for a program that brings
    /// its own.</summary>
    private static IEnumerable<string> RuntimeFolders()
    {
        var runtime = Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory());
        return Path.GetDirectoryName(Path.GetDirectoryName(runtime)) is { } shared && Path.GetFileName(shared) == "shared"
            ? [shared, Path.Combine(Path.GetDirectoryName(shared)!, "host")]
            : [];
    }

    private static IEnumerable<string> NamedFolders()
    {
        var libraries = Environment.GetEnvironmentVariable("LD_LIBRARY_PATH")?.Split(':') ?? [];
        var fonts = Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".fonts") : string.Empty;
        return libraries.Append(fonts).Where(Path.IsPathRooted);
    }
}
