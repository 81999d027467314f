using System.Text;
using System.Xml;
using Connectors.Extraction.Confinement;
using Connectors.Extraction.Formats;
using Connectors.Sync.Content.Extraction;

namespace Connectors.Extraction;

/// <summary>
/// The extraction program: reads files from standard input and writes their text to standard output until the input ends. It does not trust
/// any file: its parent limits its memory and ends it when a file takes too long, so a file that crashes it costs one process; and before
/// it reads the first one it gives up whatever reading does not need.
/// </summary>
public static class ExtractionWorker
{
    private const int StackBytes = 16 * 1024 * 1024;

    /// <summary>Runs until the input ends.</summary>
    /// <returns>The process's exit code: 0 at the end of the input, 2 when what came was not meant for this program, 3 when memory ran
    /// out.</returns>
    public static int Run()
    {
        var confinement = ProcessConfinement.Enter();
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();

        // A library that talks to the console would garble the frames.
        Console.SetOut(TextWriter.Null);
        Console.SetError(TextWriter.Null);
        var exitCode = 0;

        // Deep nesting is read recursively by some libraries; the more stack, the fewer honest files bring the process down.
        var thread = new Thread(() => exitCode = Run(input, output, confinement), StackBytes);
        thread.Start();
        thread.Join();
        return exitCode;
    }

    private static int Run(Stream input, Stream output, ExtractionConfinement confinement)
    {
        var frames = new WorkerFrames(input, output);
        frames.Write(FrameKind.Ready, [ExtractionFrame.Version, (byte)confinement]);
        try
        {
            while (frames.ReadFile() is { } file)
            {
                if (!Answer(frames, file))
                {
                    return 3;
                }
            }

            return 0;
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            return 2;
        }
    }

    /// <summary>Answers one file; false when this process should take no more.</summary>
    private static bool Answer(WorkerFrames frames, WorkerFile file)
    {
        var text = new TextCollector(file.MaxTextBytes);
        var (outcome, reason) = (ExtractionOutcome.Whole, string.Empty);

        // Whoever started us ends us in time. If it is gone, nobody does.
        using (
            new Timer(
                _ => System.Diagnostics.Process.GetCurrentProcess().Kill(),
                null,
                file.TimeLimit + TimeSpan.FromSeconds(10),
                Timeout.InfiniteTimeSpan
            )
        )
        {
            try
            {
                outcome =
                    !FileFormat.Read(file.FileName, file.Content, text) ? ExtractionOutcome.Unknown
                    : text.IsFull ? ExtractionOutcome.Cut
                    : ExtractionOutcome.Whole;
            }
            catch (OutOfMemoryException)
            {
                (outcome, reason) = (ExtractionOutcome.OutOfMemory, string.Empty);
            }
            catch (UnreadableFileException unreadable)
            {
                (outcome, reason) = (ExtractionOutcome.Failed, unreadable.Message);
            }
            catch (Exception failure)
            {
                // Whatever a library throws at a file it can't read.
                (outcome, reason) = (ExtractionOutcome.Failed, $"it is damaged, or not what it seems ({Shortened(failure)})");
            }
        }

        if (outcome is ExtractionOutcome.Whole or ExtractionOutcome.Cut)
        {
            text.WriteTo(frames);
        }

        frames.Write(FrameKind.Done, [(byte)outcome, .. Encoding.UTF8.GetBytes(reason)]);
        return outcome != ExtractionOutcome.OutOfMemory;
    }

    private static string Shortened(Exception failure)
    {
        // What follows the first sentence is for programmers, or tells a place that nobody sees in Word.
        var message = failure is XmlException ? failure.Message.Split(". ")[0] : failure.Message;
        var line = message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
        return line.Length > 200 ? line[..200] + "..." : line;
    }
}
