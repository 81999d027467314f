using System.Text;

namespace Connectors.Cli.Output.Screen;

/// <summary>A writer of a terminal that has a <see cref="LiveRegion"/>.</summary>
internal sealed class LiveRegionWriter(LiveRegion region, TextWriter inner) : TextWriter
{
    /// <summary>The terminal itself, for what draws there while no block is shown: questions.</summary>
    public TextWriter Inner => inner;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    [System.Diagnostics.CodeAnalysis.AllowNull]
    public override string NewLine
    {
        get => inner.NewLine;
        set => inner.NewLine = value;
    }

    /// <inheritdoc/>
    public override void Write(char value) => region.Write(inner, value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => region.Write(inner, new string(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer) => region.Write(inner, buffer.ToString());

    /// <inheritdoc/>
    public override void Write(string? value) => region.Write(inner, value ?? string.Empty);

    /// <inheritdoc/>
    public override void WriteLine() => region.Write(inner, NewLine);

    /// <inheritdoc/>
    public override void WriteLine(string? value) => region.Write(inner, value + NewLine);

    /// <inheritdoc/>
    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync() => inner.FlushAsync();

    /// <inheritdoc/>
    public override string ToString() => inner.ToString() ?? string.Empty;
}
