namespace Connectors.Tests.Support.Processes;

/// <summary><c>elastic-ingest</c> as a process.</summary>
internal sealed class IngestProcess : ChildProcess
{
    // Without its protection of executable memory the runtime makes no large file of its own, which a limit on files would hit. What it
    // would learn about hot code is of no use to a process that lives for a second.
    private IngestProcess(
        string program,
        IEnumerable<string> arguments,
        KeyValuePair<string, string>[]? environment = null,
        string? folder = null
    )
        : base(
            program,
            arguments,
            [
                KeyValuePair.Create("NO_COLOR", "1"),
                KeyValuePair.Create("DOTNET_EnableWriteXorExecute", "0"),
                KeyValuePair.Create("DOTNET_TieredPGO", "0"),
                .. environment ?? [],
            ],
            folder
        )
    { }

    /// <summary>The arguments with which <c>dotnet</c> starts it from the tests' output folder. Some of its packages are not there, because
    /// the tests get them from a shared framework: what is where stands in the tests' own list.</summary>
    public static IReadOnlyList<string> Program { get; } =
    [
        "exec",
        "--runtimeconfig",
        Path.Combine(AppContext.BaseDirectory, "elastic-ingest.runtimeconfig.json"),
        "--depsfile",
        Path.Combine(AppContext.BaseDirectory, "Connectors.Functions.Tests.deps.json"),
        Path.Combine(AppContext.BaseDirectory, "elastic-ingest.dll"),
    ];

    /// <summary>Runs what is due or waits, once.</summary>
    public static IngestProcess OneSync(string configFile) => new("dotnet", [.. Program, "poll", "--one-sync", "-c", configFile]);

    /// <summary>Runs what is due or waits, once, with a program that was published.</summary>
    public static IngestProcess OneSyncOf(string program, string configFile) => new(program, ["poll", "--one-sync", "-c", configFile]);

    /// <summary>Runs what is due or waits, once, with cultures, which are off otherwise.</summary>
    /// <param name="program">The program that was published; <see langword="null"/> for the one that was built.</param>
    public static IngestProcess OneSyncWithCultures(string? program, string configFile) =>
        new(
            program ?? "dotnet",
            [.. program is null ? Program : [], "poll", "--one-sync", "-c", configFile],
            [KeyValuePair.Create("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "false")]
        );

    /// <summary>Runs what is due or waits, once, and writes at its end which assemblies it has loaded.</summary>
    public static IngestProcess OneSync(string configFile, string loadedAssemblies) =>
        new(
            "dotnet",
            [.. Program, "poll", "--one-sync", "-c", configFile],
            [
                KeyValuePair.Create("DOTNET_STARTUP_HOOKS", typeof(StartupHook).Assembly.Location),
                KeyValuePair.Create(StartupHook.FileVariable, loadedAssemblies),
            ]
        );

    /// <summary>Runs any command.</summary>
    public static IngestProcess Command(string configFile, IEnumerable<string> arguments) =>
        new("dotnet", [.. Program, .. arguments, "-c", configFile]);

    /// <summary>Runs any command in a folder, with the configuration that it finds there.</summary>
    public static IngestProcess CommandIn(
        string folder,
        IEnumerable<string> arguments,
        params KeyValuePair<string, string>[] environment
    ) => new("dotnet", [.. Program, .. arguments], environment, folder);

    /// <summary>Serves until stopped.</summary>
    public static IngestProcess Poll(string configFile) => new("dotnet", [.. Program, "poll", "-c", configFile]);

    /// <summary>Runs what is due or waits, once, and can't make a file longer than that: what a full disk is to it, for any user and in any
    /// container.</summary>
    public static IngestProcess OneSyncWithSmallFiles(string configFile, int maxKibibytes) =>
        WithSmallFiles(configFile, maxKibibytes, ["poll", "--one-sync"]);

    /// <summary>Runs any command so.</summary>
    public static IngestProcess WithSmallFiles(string configFile, int maxKibibytes, IEnumerable<string> arguments) =>
        InBash($"trap '' XFSZ; ulimit -f {maxKibibytes}; exec \"$@\"", configFile, arguments);

    /// <summary>Runs any command with its outputs elsewhere.</summary>
    /// <param name="redirection">Where, as bash has it.</param>
    public static IngestProcess CommandInto(string redirection, string configFile, IEnumerable<string> arguments) =>
        InBash($"exec \"$@\" {redirection}", configFile, arguments);

    private static IngestProcess InBash(string script, string configFile, IEnumerable<string> arguments) =>
        new("bash", ["-c", script, "bash", "dotnet", .. Program, .. arguments, "-c", configFile]);
}
