using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using Connectors.Sync.Content.Extraction;

namespace Connectors.Extraction.Confinement;

/// <summary>
/// Takes from this process, for good, what reading a file does not need: other files, the network, other programs. A file that takes over a
/// library then finds nothing to read and nobody to tell. It needs neither root nor a package, only Linux.
/// </summary>
/// <remarks>
/// Landlock confines a thread and what that thread starts, and a .NET program has several threads before its first line runs. So the
/// program confines its first thread and then starts itself again in its own place, with the same number, pipes and arguments. The second
/// time it adds the filter of calls, which holds for all threads at once, and which refuses to start anything from then on.
/// </remarks>
internal static class ProcessConfinement
{
    /// <summary>Confines the process as far as the system lets it. Has to be called before anything else, on the first thread; it may start
    /// the program again.</summary>
    /// <returns>What the process was seen not to be able to do any more.</returns>
    public static ExtractionConfinement Enter()
    {
        var stage = Environment.GetEnvironmentVariable(ExtractionFrame.ConfinementVariable);
        if (!OperatingSystem.IsLinux() || stage == ExtractionFrame.ConfinementOff)
        {
            return ExtractionConfinement.None;
        }

        try
        {
            var loaded = ReadableFiles.LoadedFiles();
            if (loaded.Any(file => Path.GetFileName(file).StartsWith("ld-musl", StringComparison.Ordinal)))
            {
                // Another C library makes other calls: nobody has tried these rules with it.
                return ExtractionConfinement.None;
            }

            CloseAtStart();
            if (stage is null && Landlock.AllowOnly(ReadableFiles.OfThisProgram(loaded)))
            {
                StartAgain();
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // No /proc, or a folder that can't be listed: without these there is no telling what the program needs.
        }

        Install(CallFilter.Make(RuntimeInformation.ProcessArchitecture, (uint)Environment.ProcessId));
        return (stage is not null && IsWithoutFiles() ? ExtractionConfinement.Files : ExtractionConfinement.None)
            | (IsWithoutNetwork() ? ExtractionConfinement.Network : ExtractionConfinement.None);
    }

    /// <summary>Has whatever is open here closed at the start of a program, but for the three streams: the service, too, may have left
    /// something open.</summary>
    private static void CloseAtStart()
    {
        const nint CloseRange = 436; // close_range(2), the same number on every processor
        const nint AtStart = 4; // CLOSE_RANGE_CLOEXEC
        _ = LinuxCalls.Call(CloseRange, 3, -1, AtStart, 0);
    }

    /// <summary>Puts this program in its own place. Returns only when that fails, and then this is the only start.</summary>
    private static void StartAgain()
    {
        var arguments = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).Split('\0')[..^1];
        var environment = Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(variable => $"{variable.Key}={variable.Value}")
            .Append($"{ExtractionFrame.ConfinementVariable}=again");
        _ = LinuxCalls.Execute(Environment.ProcessPath!, [.. arguments, null], [.. environment, null]);
    }

    private static unsafe void Install(BpfInstruction[]? filter)
    {
        const nint SetFilter = 1; // SECCOMP_SET_MODE_FILTER
        const nint AllThreads = 1; // SECCOMP_FILTER_FLAG_TSYNC
        if (filter is null || LinuxCalls.ControlProcess(LinuxCalls.SetNoNewPrivileges, 1, 0, 0, 0) != 0)
        {
            return;
        }

        fixed (BpfInstruction* first = filter)
        {
            var program = new FilterProgram { Length = (ushort)filter.Length, First = first };
            var number = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 317 : 277;
            _ = LinuxCalls.Call(number, SetFilter, AllThreads, (nint)(&program), 0);
        }
    }

    /// <summary>Whether the root folder can't be listed, as every user may who is not confined.</summary>
    private static bool IsWithoutFiles()
    {
        var file = LinuxCalls.Open("/", LinuxCalls.OpenForReading);
        if (file < 0)
        {
            return Marshal.GetLastPInvokeError() == LinuxErrors.NoAccess;
        }

        _ = LinuxCalls.Close(file);
        return false;
    }

    /// <summary>Whether no socket can be made, of the kind that every system has: AF_UNIX, SOCK_STREAM.</summary>
    private static bool IsWithoutNetwork()
    {
        var socket = LinuxCalls.Socket(1, 1, 0);
        if (socket < 0)
        {
            return Marshal.GetLastPInvokeError() == LinuxErrors.NotPermitted;
        }

        _ = LinuxCalls.Close(socket);
        return false;
    }

    // struct sock_fprog.
    private unsafe struct FilterProgram
    {
        public ushort Length;
        public BpfInstruction* First;
    }
}
