using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Connectors.Extraction.Confinement;

namespace Connectors.Tests.Sync.Content.Extraction.Confinement;

/// <summary>
/// Hostile code that runs inside of the extraction process, on the thread that reads files, when the library that reads web pages is
/// needed for the first time: where a file that takes over a library would have its code run. It tries whatever could do harm and
/// writes to standard error what came of it, a line each.
/// </summary>
internal static partial class TakenOverLibrary
{
    /// <summary>Environment variable with the port of 127.0.0.1 that listens.</summary>
    public const string PortVariable = "CONNECTORS_TESTS_ATTACKED_PORT";

    /// <summary>Environment variable with the folder to attack; it has the files "secret" and "unwanted".</summary>
    public const string FolderVariable = "CONNECTORS_TESTS_ATTACKED_FOLDER";

    /// <summary>What is no attack: libraries of the system, which PDF files with a password need, can still be loaded.</summary>
    public const string Needed = "decrypt";

    public const string Done = "done";
    public const string Refused = "refused";

    private static int _isDone;

    /// <summary>Waits for the library, if the environment asks for it.</summary>
    public static void Arm()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { } folder)
        {
            var port = int.Parse(Environment.GetEnvironmentVariable(PortVariable)!, System.Globalization.CultureInfo.InvariantCulture);
            AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) =>
            {
                if (loaded.LoadedAssembly.GetName().Name == "AngleSharp" && Interlocked.Exchange(ref _isDone, 1) == 0)
                {
                    Attack(folder, port);
                }
            };
        }
    }

    private static void Attack(string folder, int port)
    {
        using var output = new StreamWriter(Console.OpenStandardError());
        Try("connect", () => Connect(port));
        Try("send a datagram", () => new UdpClient().Send([1], new IPEndPoint(IPAddress.Loopback, port)));
        Try("make a local socket", () => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified).Dispose());
        Try("connect on another thread", () => OnTheFinalizersThread(() => Connect(port)));
        Try("start a program", () => System.Diagnostics.Process.Start("/bin/true").Dispose());
        Try("signal the service", () => Check(Kill(ParentId(), 0)));
        Try("write a file", () => File.WriteAllText(Path.Combine(folder, "written"), "x"));
        Try("change a file", () => File.AppendAllText(Path.Combine(folder, "secret"), "x"));
        Try("delete a file", () => File.Delete(Path.Combine(folder, "unwanted")));
        Try("open a file to others", () => File.SetUnixFileMode(Path.Combine(folder, "secret"), (UnixFileMode)0x1FF));
        Try("read a file", () => File.ReadAllText(Path.Combine(folder, "secret")));
        Try("read a file on another thread", () => OnTheFinalizersThread(() => File.ReadAllText(Path.Combine(folder, "secret"))));
        Try("read the users", () => File.ReadAllText("/etc/passwd"));
        Try("read the configuration beside the program", () => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "config.yml")));
        Try("read the service's environment", () => File.ReadAllBytes($"/proc/{ParentId()}/environ"));
        Try("read what the service left open", () => FindOpen(Path.Combine(folder, "secret")));
        Try("list a folder", () => Directory.GetFiles(folder));
        Try(Needed, Decrypt);
        output.WriteLine($"calls that are let through: {string.Join(", ", CallsLetThrough())}");

        void Try(string what, Action attack)
        {
            try
            {
                attack();
                output.WriteLine($"{what}: {Done}");
            }
            catch (Exception failure)
            {
                output.WriteLine($"{what}: {Refused}");
                output.WriteLine($"# {what}: {failure.GetType().Name} {failure.Message}");
            }
        }
    }

    private static void Connect(int port)
    {
        using var client = new TcpClient();
        client.Connect(IPAddress.Loopback, port);
    }

    private static void Decrypt()
    {
        using var aes = Aes.Create();
        aes.DecryptCbc(new byte[16], new byte[16], PaddingMode.None);
    }

    private static void FindOpen(string file)
    {
        if (!new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Any(open => open.LinkTarget == file))
        {
            throw new FileNotFoundException("It is not open.");
        }
    }

    /// <summary>Makes each call that is always refused, with nothing but zeros. Without a filter that would be no good idea: then it makes
    /// none.</summary>
    private static IEnumerable<string> CallsLetThrough()
    {
        if (!File.ReadLines("/proc/self/status").Contains("Seccomp:\t2"))
        {
            return ["all"];
        }

        return RefusedCalls
            .Of((uint)Environment.ProcessId)
            .Where(rule => rule.Refusal == CallRefusal.Always)
            .Select(rule => (rule.Name, Number: RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? rule.Arm64 : rule.X64))
            .Where(call => call.Number is { } number && !IsRefused((nint)number))
            .Select(call => call.Name);
    }

    private static bool IsRefused(nint number) => Call(number, 0, 0, 0, 0) == -1 && Marshal.GetLastPInvokeError() == 1;

    /// <summary>Does it on a thread that the runtime had before the first line of the program ran.</summary>
    private static void OnTheFinalizersThread(Action action)
    {
        var failure = new StrongBox<Exception?>(new InvalidOperationException("It did not run."));
        Drop(action, failure);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (failure.Value is not null)
        {
            ExceptionDispatchInfo.Throw(failure.Value);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop(Action action, StrongBox<Exception?> failure) => _ = new Finalizer(action, failure);

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new System.ComponentModel.Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint argument1, nint argument2, nint argument3, nint argument4);

    [SuppressMessage("Design", "MA0055:Do not use finalizer", Justification = "Its thread is what is wanted.")]
    private sealed class Finalizer(Action action, StrongBox<Exception?> failure)
    {
        ~Finalizer()
        {
            try
            {
                action();
                failure.Value = null;
            }
            catch (Exception thrown)
            {
                failure.Value = thrown;
            }
        }
    }
}
