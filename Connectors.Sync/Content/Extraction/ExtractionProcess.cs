using System.Diagnostics;
using System.Globalization;
using System.Text;
using Connectors.Abstractions;

namespace Connectors.Sync.Content.Extraction;

/// <summary>One extraction process: reads one file at a time, many in its life. Whoever holds it disposes it, which ends it.</summary>
internal sealed class ExtractionProcess : IAsyncDisposable
{
    /// <summary>Far more than a start takes, even on a machine with better things to do.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    // All that a .NET program needs. The service's environment holds passwords and keys, which a file that takes over a library must not
    // find.
    private static readonly string[] Inherited =
    [
        "PATH",
        "HOME",
        "TMPDIR",
        "TEMP",
        "TMP",
        "SystemRoot",
        "windir",
        "LD_LIBRARY_PATH",
        "DOTNET_ROOT",
        "DOTNET_ROOT_X64",
        "DOTNET_ROOT_ARM64",
        "DOTNET_HOST_PATH",
    ];

    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly byte[] _frame = new byte[ExtractionFrame.HeadLength + ExtractionFrame.MaxPayload];

    private ExtractionProcess(Process process)
    {
        _process = process;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;

        // What a crashing runtime has to say is pages long and helps nobody; unread it would stop the process.
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    /// <summary>How many files it has read.</summary>
    public int FilesRead { get; private set; }

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>How long the processor worked for the file that it was ended for; zero where the system does not say.</summary>
    public TimeSpan Worked { get; private set; }

    /// <summary>What it was seen not to be able to do, before it took files.</summary>
    public ExtractionConfinement Confinement { get; private set; }

    /// <summary>Starts one and waits until it takes files; once more, when it ends before that.</summary>
    /// <param name="command">The program.</param>
    /// <param name="memoryLimitBytes">How much memory it may take.</param>
    /// <param name="mayBeUnconfined">Whether it may then be started without confinement: as long as none was confined here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ConnectorException">It does not start, or is something else.</exception>
    public static async Task<ExtractionProcess> StartAsync(
        ExtractionCommand command,
        long memoryLimitBytes,
        bool mayBeUnconfined,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await TryStartAsync(StartInfo(command, memoryLimitBytes), time, cancellationToken);
        }
        catch (ConnectorException failure) when (OperatingSystem.IsLinux() && failure.InnerException is EndOfStreamException)
        {
            // Maybe because it confined itself on a system where it needs more than we know of. Where others were confined it is something
            // else: a machine short of memory, which a file that another process reads may have brought about.
            var again = StartInfo(command, memoryLimitBytes);
            if (mayBeUnconfined)
            {
                again.Environment[ExtractionFrame.ConfinementVariable] = ExtractionFrame.ConfinementOff;
            }

            return await TryStartAsync(again, time, cancellationToken);
        }
    }

    private static async Task<ExtractionProcess> TryStartAsync(
        ProcessStartInfo start,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        ExtractionProcess? started = null;
        try
        {
            started = new ExtractionProcess(Process.Start(start)!);
            using var late = new CancellationTokenSource(StartLimit, time);
            await using var giveUp = late.Token.Register(started.Kill);
            await using var stop = cancellationToken.Register(started.Kill);
            if (await started.ReadAsync() is (FrameKind.Ready, 2) && started._frame[ExtractionFrame.HeadLength] == ExtractionFrame.Version)
            {
                started.Confinement = (ExtractionConfinement)started._frame[ExtractionFrame.HeadLength + 1];
                return started;
            }

            throw new InvalidDataException("it is another version");
        }
        catch (Exception failure) when (failure is IOException or System.ComponentModel.Win32Exception or InvalidDataException)
        {
            if (started is not null)
            {
                await started.DisposeAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw new ConnectorException(
                FailureKind.Fatal,
                $"local_extraction: the program that reads files does not start ({start.FileName} "
                    + $"{string.Join(' ', start.ArgumentList)}): {Sentences.Inner(failure.Message)}. See whether it runs by hand.",
                failure
            );
        }
    }

    /// <summary>Reads one file. After any exception the process is of no further use.</summary>
    /// <param name="request">What <see cref="ExtractionFrame.Request"/> makes.</param>
    /// <param name="content">The file.</param>
    /// <param name="maxTextBytes">Most bytes of text.</param>
    /// <param name="ended">Ends the process; then, and when it ends by itself, an exception tells.</param>
    /// <exception cref="IOException">The process ended.</exception>
    /// <exception cref="InvalidDataException">It wrote what it should not.</exception>
    public async Task<ExtractionResult> ExtractAsync(
        byte[] request,
        ReadOnlyMemory<byte> content,
        int maxTextBytes,
        CancellationToken ended
    )
    {
        var before = ProcessorTime();
        await using var kill = ended.Register(() =>
        {
            Worked = ProcessorTime() - before;
            Kill();
        });
        await WriteAsync(FrameKind.Request, request);
        for (var start = 0; start < content.Length; start += ExtractionFrame.MaxPayload)
        {
            await WriteAsync(FrameKind.Content, content.Slice(start, Math.Min(ExtractionFrame.MaxPayload, content.Length - start)));
        }

        await WriteAsync(FrameKind.ContentEnd, default);
        await _input.FlushAsync(CancellationToken.None);
        var text = new PooledBuffer();
        try
        {
            while (await ReadAsync() is var (kind, length) && kind != FrameKind.Done)
            {
                if (kind != FrameKind.Text || text.Length + length > maxTextBytes)
                {
                    throw new InvalidDataException("The extraction process wrote what it should not.");
                }

                text.Write(_frame.AsSpan(ExtractionFrame.HeadLength, length));
            }

            FilesRead++;
            var (outcome, reason) = (
                (ExtractionOutcome)_frame[ExtractionFrame.HeadLength],
                Encoding.UTF8.GetString(_frame.AsSpan(ExtractionFrame.HeadLength + 1, DoneLength - 1))
            );
            return new ExtractionResult(outcome, text, reason);
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    /// <summary>The process's exit code once it has ended; 128 and more say which signal ended it.</summary>
    public async Task<int> ExitCodeAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ExitCodeAsync();
        _process.Dispose();
    }

    private int DoneLength { get; set; }

    private static ProcessStartInfo StartInfo(ExtractionCommand command, long memoryLimitBytes)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var inherited = Inherited
            .Select(name => (name, value: Environment.GetEnvironmentVariable(name)))
            .Where(pair => pair.value is not null)
            .ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in inherited)
        {
            start.Environment[name] = value;
        }

        start.Environment["DOTNET_GCHeapHardLimit"] = memoryLimitBytes.ToString("X", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_NOLOGO"] = "1";
        return start;
    }

    private TimeSpan ProcessorTime()
    {
        try
        {
            return _process.TotalProcessorTime;
        }
        catch (Exception gone) when (gone is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return TimeSpan.Zero;
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception gone) when (gone is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended, or ends at this moment.
        }
    }

    private async Task WriteAsync(FrameKind kind, ReadOnlyMemory<byte> payload)
    {
        ExtractionFrame.WriteHead(_frame, kind, payload.Length);
        payload.CopyTo(_frame.AsMemory(ExtractionFrame.HeadLength));
        await _input.WriteAsync(_frame.AsMemory(0, ExtractionFrame.HeadLength + payload.Length), CancellationToken.None);
    }

    private async Task<(FrameKind Kind, int Length)> ReadAsync()
    {
        // Not cancelled but ended by the end of the process, which every way out of here brings about.
        await _output.ReadExactlyAsync(_frame.AsMemory(0, ExtractionFrame.HeadLength), CancellationToken.None);
        var (kind, length) = ExtractionFrame.ReadHead(_frame);
        await _output.ReadExactlyAsync(_frame.AsMemory(ExtractionFrame.HeadLength, length), CancellationToken.None);
        if (kind == FrameKind.Done)
        {
            DoneLength = length > 0 ? length : throw new InvalidDataException("The extraction process did not say how it went.");
        }

        return (kind, length);
    }
}

/// <summary>What a process said to a file.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Text">The text, empty when there is none; the caller disposes it.</param>
/// <param name="Reason">Why there is none, going on from "its content can't be extracted: ".</param>
internal sealed record ExtractionResult(ExtractionOutcome Outcome, PooledBuffer Text, string Reason);
