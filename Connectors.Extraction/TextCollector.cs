using System.Text;
using Connectors.Sync.Content.Extraction;

namespace Connectors.Extraction;

/// <summary>Gathers text up to a number of bytes as UTF-8; what comes after is dropped.</summary>
internal sealed class TextCollector(int maxBytes)
{
    private readonly StringBuilder _text = new();
    private int _bytes;

    /// <summary>Whether the limit was hit: nothing more is taken, so nothing more need be read.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Adds text.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        if (IsFull)
        {
            return;
        }

        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes <= maxBytes - _bytes)
        {
            _bytes += bytes;
            _text.Append(text);
            return;
        }

        IsFull = true;
        foreach (var rune in text.EnumerateRunes())
        {
            _bytes += rune.Utf8SequenceLength;
            if (_bytes > maxBytes)
            {
                return;
            }

            _text.Append(rune.ToString());
        }
    }

    /// <summary>Forgets what was gathered.</summary>
    public void Clear()
    {
        _text.Clear();
        _bytes = 0;
        IsFull = false;
    }

    /// <summary>Begins a new line, unless one has just begun.</summary>
    public void NewLine()
    {
        if (_text.Length > 0 && _text[^1] != '\n')
        {
            Append("\n");
        }
    }

    /// <summary>Adds a space or tab between two pieces, unless there is white space already.</summary>
    public void Separate(char separator)
    {
        if (_text.Length > 0 && !char.IsWhiteSpace(_text[^1]))
        {
            Append([separator]);
        }
    }

    /// <summary>Writes all of it, without white space at its ends.</summary>
    public void WriteTo(WorkerFrames frames)
    {
        var (start, end) = (0, _text.Length);
        while (start < end && char.IsWhiteSpace(_text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(_text[end - 1]))
        {
            end--;
        }

        var encoder = Encoding.UTF8.GetEncoder();
        var piece = new byte[ExtractionFrame.MaxPayload];
        var characters = new char[piece.Length / 4];
        while (start < end)
        {
            var count = Math.Min(characters.Length, end - start);
            _text.CopyTo(start, characters, 0, count);
            start += count;
            var length = encoder.GetBytes(characters, 0, count, piece, 0, flush: start == end);
            frames.Write(FrameKind.Text, piece.AsSpan(0, length));
        }
    }
}
