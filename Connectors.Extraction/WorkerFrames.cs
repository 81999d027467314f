using Connectors.Sync.Content.Extraction;

namespace Connectors.Extraction;

/// <summary>The worker's side of the frames. It blocks, and so may it: the process does one thing at a time.</summary>
internal sealed class WorkerFrames(Stream input, Stream output)
{
    private readonly byte[] _frame = new byte[ExtractionFrame.HeadLength + ExtractionFrame.MaxPayload];

    /// <summary>Reads the next file; <see langword="null"/> at the end of the input.</summary>
    /// <exception cref="InvalidDataException">Something else came.</exception>
    public WorkerFile? ReadFile()
    {
        if (Read() is not { } request)
        {
            return null;
        }

        Expect(request.Kind, FrameKind.Request);
        var (maxTextBytes, milliseconds, name) = ExtractionFrame.ReadRequest(Payload(request.Length));
        var content = new MemoryStream();
        while (Read() is { } frame)
        {
            if (frame.Kind == FrameKind.ContentEnd)
            {
                content.Position = 0;
                return new WorkerFile(name, content, maxTextBytes, TimeSpan.FromMilliseconds(milliseconds));
            }

            Expect(frame.Kind, FrameKind.Content);
            content.Write(Payload(frame.Length));
        }

        return null;
    }

    /// <summary>Writes a frame.</summary>
    public void Write(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        ExtractionFrame.WriteHead(_frame, kind, payload.Length);
        payload.CopyTo(_frame.AsSpan(ExtractionFrame.HeadLength));
        output.Write(_frame, 0, ExtractionFrame.HeadLength + payload.Length);
        output.Flush();
    }

    private static void Expect(FrameKind kind, FrameKind wanted)
    {
        if (kind != wanted)
        {
            throw new InvalidDataException($"{kind} came where {wanted} should.");
        }
    }

    private ReadOnlySpan<byte> Payload(int length) => _frame.AsSpan(ExtractionFrame.HeadLength, length);

    private (FrameKind Kind, int Length)? Read()
    {
        if (
            input.ReadAtLeast(_frame.AsSpan(0, ExtractionFrame.HeadLength), ExtractionFrame.HeadLength, throwOnEndOfStream: false)
            < ExtractionFrame.HeadLength
        )
        {
            return null;
        }

        var head = ExtractionFrame.ReadHead(_frame);
        return
            input.ReadAtLeast(_frame.AsSpan(ExtractionFrame.HeadLength, head.Length), head.Length, throwOnEndOfStream: false) == head.Length
            ? head
            : null;
    }
}

/// <summary>A file to read.</summary>
/// <param name="FileName">Its name, or the end of it.</param>
/// <param name="Content">Its bytes, at the start.</param>
/// <param name="MaxTextBytes">Most bytes of text, as UTF-8.</param>
/// <param name="TimeLimit">How long it may take.</param>
internal sealed record WorkerFile(string FileName, MemoryStream Content, int MaxTextBytes, TimeSpan TimeLimit);
