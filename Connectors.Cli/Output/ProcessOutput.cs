using System.Text;
using Connectors.Abstractions;

namespace Connectors.Cli.Output;

/// <summary>
/// Standard output or standard error of this process, at the very bottom. What can't be written, as on a full disk, is lost, and whoever
/// wanted to say it goes on: a sync needs no audience. Every write is tried, for a disk may have room again.
/// </summary>
/// <param name="inner">The output as .NET has it.</param>
/// <param name="onLoss">Called with the reason, as a sentence without its end, when something is lost for the first time.</param>
internal sealed class ProcessOutput(TextWriter inner, Action<string>? onLoss = null) : TextWriter
{
    private bool _hasLost;

    /// <summary>Whether something could not be written.</summary>
    public bool HasLost => Volatile.Read(ref _hasLost);

    /// <summary>The output itself, for what draws on a terminal and looks at whose it is.</summary>
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

    /// <summary>Standard output of this process.</summary>
    /// <param name="errors">Where it is told, once, that it can't be written.</param>
    public static ProcessOutput Out(TextWriter errors) =>
        new(Console.Out, reason => errors.WriteLine($"Standard output can't be written: {reason}. What is said there is lost."));

    /// <summary>Standard error of this process. There is nowhere to tell that it can't be written.</summary>
    public static ProcessOutput Error() => new(Console.Error);

    /// <inheritdoc/>
    public override void Write(char value)
    {
        try
        {
            inner.Write(value);
        }
        catch (Exception failure) when (IsLoss(failure))
        {
            Lose(failure);
        }
    }

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception failure) when (IsLoss(failure))
        {
            Lose(failure);
        }
    }

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void WriteLine() => Write(NewLine);

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + NewLine);

    /// <inheritdoc/>
    public override Task WriteAsync(char value) => Done(() => Write(value));

    /// <inheritdoc/>
    public override Task WriteAsync(string? value) => Done(() => Write(value));

    /// <inheritdoc/>
    public override Task WriteLineAsync() => Done(WriteLine);

    /// <inheritdoc/>
    public override Task WriteLineAsync(string? value) => Done(() => WriteLine(value));

    /// <inheritdoc/>
    public override void Flush()
    {
        try
        {
            inner.Flush();
        }
        catch (Exception failure) when (IsLoss(failure))
        {
            Lose(failure);
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync() => Done(Flush);

    // The writers of .NET's console write at once as well.
    private static Task Done(Action write)
    {
        write();
        return Task.CompletedTask;
    }

    private static bool IsLoss(Exception failure) => failure is IOException or UnauthorizedAccessException or ObjectDisposedException;

    private void Lose(Exception failure)
    {
        if (!Interlocked.Exchange(ref _hasLost, true))
        {
            onLoss?.Invoke(failure is IOException ? Sentences.Inner(failure.Message) : "it is closed, or was not opened for writing");
        }
    }
}
