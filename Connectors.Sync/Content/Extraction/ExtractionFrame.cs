using System.Buffers.Binary;
using System.Text;

namespace Connectors.Sync.Content.Extraction;

/// <summary>
/// The messages between service and extraction process on the process's standard input and output: frames with a kind, a length and that
/// many bytes. Both programs compile this file, so they can't differ.
/// </summary>
/// <remarks>
/// The process begins with <see cref="FrameKind.Ready"/>. Then, for each file: the service sends <see cref="FrameKind.Request"/>, the file
/// in <see cref="FrameKind.Content"/> frames and <see cref="FrameKind.ContentEnd"/>; the process answers with the text in
/// <see cref="FrameKind.Text"/> frames and <see cref="FrameKind.Done"/>. It ends when its input ends.
/// </remarks>
internal static class ExtractionFrame
{
    /// <summary>Told in the first frame; another one is another program.</summary>
    public const int Version = 2;

    /// <summary>Environment variable by which the service says that the process should not confine itself, and by which the process
    /// remembers that it did.</summary>
    public const string ConfinementVariable = "CONNECTORS_EXTRACTION_CONFINEMENT";

    /// <summary>Value of <see cref="ConfinementVariable"/>: the process should do without.</summary>
    public const string ConfinementOff = "off";

    /// <summary>Largest payload, in bytes. Whatever says that it is larger is no frame.</summary>
    public const int MaxPayload = 64 * 1024;

    /// <summary>Bytes before the payload: kind and length.</summary>
    public const int HeadLength = 5;

    /// <summary>Writes a frame's head.</summary>
    public static void WriteHead(Span<byte> to, FrameKind kind, int length)
    {
        to[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(to[1..], length);
    }

    /// <summary>Reads a frame's head.</summary>
    /// <exception cref="InvalidDataException">These bytes are none.</exception>
    public static (FrameKind Kind, int Length) ReadHead(ReadOnlySpan<byte> from)
    {
        var (kind, length) = ((FrameKind)from[0], BinaryPrimitives.ReadInt32LittleEndian(from[1..]));
        return kind is >= FrameKind.Ready and <= FrameKind.Done && length is >= 0 and <= MaxPayload
            ? (kind, length)
            : throw new InvalidDataException("What came is not a frame.");
    }

    /// <summary>The payload of <see cref="FrameKind.Request"/>.</summary>
    public static byte[] Request(int maxTextBytes, int timeLimitMilliseconds, string fileName)
    {
        // Only the end of a name says anything, and its extension is short.
        var name = Encoding.UTF8.GetBytes(fileName[^Math.Min(fileName.Length, 1000)..]);
        var payload = new byte[8 + name.Length];
        BinaryPrimitives.WriteInt32LittleEndian(payload, maxTextBytes);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), timeLimitMilliseconds);
        name.CopyTo(payload, 8);
        return payload;
    }

    /// <summary>What <see cref="Request"/> wrote.</summary>
    public static (int MaxTextBytes, int TimeLimitMilliseconds, string FileName) ReadRequest(ReadOnlySpan<byte> payload) =>
        (
            BinaryPrimitives.ReadInt32LittleEndian(payload),
            BinaryPrimitives.ReadInt32LittleEndian(payload[4..]),
            Encoding.UTF8.GetString(payload[8..])
        );
}

/// <summary>Kinds of frames.</summary>
internal enum FrameKind : byte
{
    /// <summary>The process can take files. Payload: <see cref="ExtractionFrame.Version"/> and <see cref="ExtractionConfinement"/>, a byte
    /// each.</summary>
    Ready = 0x51,

    /// <summary>A file comes.</summary>
    Request,

    /// <summary>A piece of the file.</summary>
    Content,

    /// <summary>That was all of the file.</summary>
    ContentEnd,

    /// <summary>A piece of the text, UTF-8.</summary>
    Text,

    /// <summary>That was all of the text. Payload: <see cref="ExtractionOutcome"/>, one byte, and a reason as UTF-8.</summary>
    Done,
}

/// <summary>How the extraction of a file ended.</summary>
internal enum ExtractionOutcome : byte
{
    /// <summary>The text is whole.</summary>
    Whole,

    /// <summary>The text was cut at the limit.</summary>
    Cut,

    /// <summary>The file is of no kind that the process knows.</summary>
    Unknown,

    /// <summary>The file can't be read: damaged, locked with a password, refused. It won't be otherwise another time.</summary>
    Failed,

    /// <summary>The file needs more memory than the process may take. The process ends.</summary>
    OutOfMemory,
}
