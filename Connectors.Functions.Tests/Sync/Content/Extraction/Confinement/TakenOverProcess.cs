using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Connectors.Sync.Content.Extraction;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Content.Extraction.Confinement;

/// <summary>An extraction process with <see cref="TakenOverLibrary"/> in it, and what that could do.</summary>
internal sealed class TakenOverProcess
{
    private const string Secret = "hunter2";

    private TakenOverProcess() { }

    /// <summary>What the process said of itself before.</summary>
    public ExtractionConfinement Said { get; private set; }

    /// <summary>Each attack, and whether it was done or refused.</summary>
    public Dictionary<string, string> Attacks { get; } = new(StringComparer.Ordinal);

    /// <summary>All that the attack wrote, for the message of a failure.</summary>
    public string Output { get; private set; } = string.Empty;

    /// <summary>Calls that are on the list of the refused and were let through.</summary>
    public string CallsLetThrough { get; private set; } = string.Empty;

    /// <summary>Whether somebody connected to this machine's port.</summary>
    public bool HasConnected { get; private set; }

    /// <summary>What is in the folder afterwards, and in its file "secret".</summary>
    public string Folder { get; private set; } = string.Empty;

    /// <summary>Has a process read a web page.</summary>
    /// <param name="command">How it is started.</param>
    /// <param name="confinement">What the environment says of confinement; nothing by default, as it is in the service.</param>
    public static async Task<TakenOverProcess> RunAsync(ExtractionCommand command, string? confinement = null)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        folder.Write("secret", Secret);
        folder.Write("unwanted", "x");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        // The shell leaves a file open for the program that takes its place.
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", "exec 9< \"$0\"; exec \"$@\"", folder["secret"], command.Program, .. command.Arguments]
        )
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment[TakenOverLibrary.FolderVariable] = folder.Path;
        start.Environment[TakenOverLibrary.PortVariable] = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        start.Environment[ExtractionFrame.ConfinementVariable] = confinement;
        using var process = System.Diagnostics.Process.Start(start)!;
        var result = new TakenOverProcess();
        var output = process.StandardError.ReadToEndAsync(token);
        result.Said = (ExtractionConfinement)(await ReadFrameAsync(process, token))[1];
        await WriteAsync(process, FrameKind.Request, ExtractionFrame.Request(1000, 60_000, "a.html"), token);
        await WriteAsync(process, FrameKind.Content, "<p>text</p>"u8.ToArray(), token);
        await WriteAsync(process, FrameKind.ContentEnd, [], token);
        process.StandardInput.Close();
        var text = await ReadFrameAsync(process, token);
        Assert.Equal("text", System.Text.Encoding.UTF8.GetString(text));
        var end = await ReadFrameAsync(process, token);
        Assert.Equal((byte)ExtractionOutcome.Whole, Assert.Single(end));
        await process.WaitForExitAsync(token);

        result.Take(await output);
        result.HasConnected = listener.Pending();
        var secret = await File.ReadAllTextAsync(folder["secret"], token);
        result.Folder = $"{string.Join(' ', folder.Files.Order(StringComparer.Ordinal))}: {secret}";
        return result;
    }

    private void Take(string output)
    {
        const string Calls = "calls that are let through: ";
        Output = output;
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            if (line.StartsWith(Calls, StringComparison.Ordinal))
            {
                CallsLetThrough = line[Calls.Length..];
            }
            else
            {
                Attacks.Add(line.Split(": ")[0], line.Split(": ")[1]);
            }
        }
    }

    private static async Task WriteAsync(System.Diagnostics.Process process, FrameKind kind, byte[] payload, CancellationToken token)
    {
        var frame = new byte[ExtractionFrame.HeadLength + payload.Length];
        ExtractionFrame.WriteHead(frame, kind, payload.Length);
        payload.CopyTo(frame, ExtractionFrame.HeadLength);
        await process.StandardInput.BaseStream.WriteAsync(frame, token);
        await process.StandardInput.BaseStream.FlushAsync(token);
    }

    private static async Task<byte[]> ReadFrameAsync(System.Diagnostics.Process process, CancellationToken token)
    {
        var head = new byte[ExtractionFrame.HeadLength];
        await process.StandardOutput.BaseStream.ReadExactlyAsync(head, token);
        var payload = new byte[ExtractionFrame.ReadHead(head).Length];
        await process.StandardOutput.BaseStream.ReadExactlyAsync(payload, token);
        return payload;
    }
}
