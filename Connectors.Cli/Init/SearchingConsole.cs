using Spectre.Console;
using Spectre.Console.Rendering;

namespace Connectors.Cli.Init;

/// <summary>A terminal that remembers what was typed to find a choice: a prompt keeps its first choice marked when nothing is found, and
/// does not tell.</summary>
internal sealed class SearchingConsole(IAnsiConsole console) : IAnsiConsole, IAnsiConsoleInput
{
    /// <summary>What was typed since the last key that moves.</summary>
    public string Typed { get; private set; } = "";

    /// <inheritdoc/>
    public Profile Profile => console.Profile;

    /// <inheritdoc/>
    public IAnsiConsoleCursor Cursor => console.Cursor;

    /// <inheritdoc/>
    public IAnsiConsoleInput Input => this;

    /// <inheritdoc/>
    public IExclusivityMode ExclusivityMode => console.ExclusivityMode;

    /// <inheritdoc/>
    public RenderPipeline Pipeline => console.Pipeline;

    /// <inheritdoc/>
    public void Clear(bool home) => console.Clear(home);

    /// <inheritdoc/>
    public void Write(IRenderable renderable) => console.Write(renderable);

    /// <inheritdoc/>
    public void WriteAnsi(Action<AnsiWriter> action) => console.WriteAnsi(action);

    /// <inheritdoc/>
    public bool IsKeyAvailable() => console.Input.IsKeyAvailable();

    /// <inheritdoc/>
    public ConsoleKeyInfo? ReadKey(bool intercept) => Remember(console.Input.ReadKey(intercept));

    /// <inheritdoc/>
    public async Task<ConsoleKeyInfo?> ReadKeyAsync(bool intercept, CancellationToken cancellationToken) =>
        Remember(await console.Input.ReadKeyAsync(intercept, cancellationToken));

    private ConsoleKeyInfo? Remember(ConsoleKeyInfo? key)
    {
        Typed = key switch
        {
            null or { Key: ConsoleKey.Enter } => Typed,
            { Key: ConsoleKey.Backspace } => Typed.Length > 0 ? Typed[..^1] : Typed,
            { Key: >= ConsoleKey.PageUp and <= ConsoleKey.DownArrow } => "",
            { KeyChar: var typed } when !char.IsControl(typed) => Typed + typed,
            _ => Typed,
        };
        return key;
    }
}
