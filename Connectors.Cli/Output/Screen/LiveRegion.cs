namespace Connectors.Cli.Output.Screen;

/// <summary>
/// The one writer of a terminal: lines that stay, and below them a block of lines that changes. Whoever writes to standard output or to
/// standard error writes through <see cref="Over"/>: the block is erased, the line is written whole where the block began, and the block
/// is drawn again below it.
/// </summary>
/// <remarks>Thread-safe. Spectre.Console's live display is not used: it does not erase what a line above the block covers only in part, and
/// knows nothing of standard error, where the log goes.</remarks>
/// <param name="screen">The terminal.</param>
/// <param name="size">How large it is now; it may change.</param>
internal sealed class LiveRegion(TextWriter screen, Func<ScreenSize> size)
{
    private readonly Lock _lock = new();
    private Func<ScreenSize, IReadOnlyList<string>>? _block;
    private IReadOnlyList<string> _drawn = [];
    private ScreenSize _drawnAt;
    private bool _isInLine;

    /// <summary>How large the terminal is now.</summary>
    public ScreenSize Size => size();

    /// <summary>A writer of this terminal that respects the block.</summary>
    /// <param name="writer">Standard output, or standard error when it is the same terminal.</param>
    public TextWriter Over(TextWriter writer) => new LiveRegionWriter(this, writer);

    /// <summary>Draws a block from now on, below whatever is written.</summary>
    /// <param name="block">Its lines, each at most as wide as the terminal and all together lower than it; none for no block.</param>
    public void Show(Func<ScreenSize, IReadOnlyList<string>> block)
    {
        lock (_lock)
        {
            _block = block;
            DrawAgain();
        }
    }

    /// <summary>Draws the block as it is now, if it has changed.</summary>
    public void Refresh()
    {
        lock (_lock)
        {
            DrawAgain();
        }
    }

    /// <summary>Erases the block; nothing of it is left.</summary>
    public void Remove()
    {
        lock (_lock)
        {
            Erase();
            _block = null;
            screen.Flush();
        }
    }

    /// <summary>Writes a text that stays, to a writer of this terminal.</summary>
    public void Write(TextWriter writer, string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        lock (_lock)
        {
            Erase();
            screen.Flush();
            writer.Write(text);
            _isInLine = text[^1] != '\n';
            if (_block is not null)
            {
                writer.Flush();
                Draw();
            }
        }
    }

    private void DrawAgain()
    {
        if (_block is null || _isInLine)
        {
            return;
        }

        var now = size();
        if (now == _drawnAt && _block(now).SequenceEqual(_drawn, StringComparer.Ordinal))
        {
            return;
        }

        Erase();
        Draw();
    }

    private void Draw()
    {
        // A line that is not ended yet goes on first.
        if (_block is null || _isInLine)
        {
            return;
        }

        _drawnAt = size();
        _drawn = _block(_drawnAt);
        if (_drawn.Count > 0)
        {
            screen.Write(string.Concat(_drawn.Select(line => line + screen.NewLine)));
            screen.Flush();
        }
    }

    private void Erase()
    {
        if (_drawn.Count > 0)
        {
            // A terminal that became narrower has broken the lines.
            var columns = Math.Max(1, size().Columns);
            var rows = _drawn.Sum(line => Math.Max(1, (CellWidth.Of(line) + columns - 1) / columns));
            screen.Write($"\r\u001b[{rows}A\u001b[J");
            _drawn = [];
        }
    }
}
