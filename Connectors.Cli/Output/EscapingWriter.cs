using System.Text;
using Connectors.Sync.Diagnostics;

namespace Connectors.Cli.Output;

/// <summary>
/// The way of everything that a command says, to a terminal or a pipe: whatever is written, no control character but the ends of lines and
/// no mark that changes the direction of the text gets through. What is written as a line is one line: one end that a name or a message
/// brought along is shown. A line of JSON stays the same JSON.
/// </summary>
internal sealed class EscapingWriter : TextWriter
{
    private readonly bool _keepsLines;

    private EscapingWriter(TextWriter inner, bool keepsLines = false) => (Inner, _keepsLines) = (inner, keepsLines);

    /// <summary>Where it goes. Only what draws on the terminal itself writes there.</summary>
    public TextWriter Inner { get; }

    /// <inheritdoc/>
    public override Encoding Encoding => Inner.Encoding;

    /// <inheritdoc/>
    [System.Diagnostics.CodeAnalysis.AllowNull]
    public override string NewLine
    {
        get => Inner.NewLine;
        set => Inner.NewLine = value;
    }

    /// <summary>Puts one before a writer that has none.</summary>
    public static EscapingWriter Over(TextWriter writer) => writer as EscapingWriter ?? new EscapingWriter(writer);

    /// <summary>One for a library that writes several lines at once: help and completions, which hold words of the program only.</summary>
    public static EscapingWriter OfLines(TextWriter writer) => new(Over(writer).Inner, keepsLines: true);

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    /// <inheritdoc/>
    public override void Write(string? value) => Inner.Write(VisibleText.OfLines(value ?? string.Empty));

    /// <inheritdoc/>
    public override void WriteLine() => Inner.WriteLine();

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Inner.WriteLine(Line(value));

    /// <inheritdoc/>
    public override Task WriteAsync(string? value) => Inner.WriteAsync(VisibleText.OfLines(value ?? string.Empty));

    /// <inheritdoc/>
    public override Task WriteLineAsync(string? value) => Inner.WriteLineAsync(Line(value));

    /// <summary>Writes a text of several lines, each of which is meant.</summary>
    public static void WriteLines(TextWriter writer, string text)
    {
        writer.Write(text + writer.NewLine);
    }

    /// <inheritdoc/>
    public override void Flush() => Inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync() => Inner.FlushAsync();

    /// <inheritdoc/>
    public override string ToString() => Inner.ToString() ?? string.Empty;

    private string Line(string? value) => _keepsLines ? VisibleText.OfLines(value ?? string.Empty) : VisibleText.Of(value ?? string.Empty);
}
