using Connectors.Sync.Diagnostics;
using Spectre.Console;

namespace Connectors.Cli.Output.Listings;

/// <summary>Rows and columns: a table on a terminal, aligned lines otherwise.</summary>
internal static class TableOutput
{
    /// <summary>A console on the command's output.</summary>
    public static IAnsiConsole Console(CliEnvironment environment)
    {
        if (environment.Terminal is { } terminal)
        {
            terminal.Pipeline.Attach(new EscapingHook());
            return terminal;
        }

        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(environment.Out is EscapingWriter { Inner: var screen } ? screen : environment.Out),
                Ansi = environment.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = environment.WantsColor ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = environment.IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            }
        );
        if (environment.Width is { } width)
        {
            console.Profile.Width = width;
        }

        console.Pipeline.Attach(new EscapingHook());
        return console;
    }

    /// <summary>Writes a title and rows; nothing but a sentence when there are no rows.</summary>
    public static void Write(
        CliEnvironment environment,
        string title,
        string whenEmpty,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyList<string>> rows
    )
    {
        if (rows.Count == 0)
        {
            environment.Out.WriteLine(whenEmpty);
        }
        else if (environment.IsTerminal)
        {
            var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(title));
            foreach (var column in columns)
            {
                table.AddColumn(new TableColumn(Markup.Escape(column)));
            }

            foreach (var row in rows)
            {
                table.AddRow(row.Select(cell => new Text(VisibleText.OfLines(cell))));
            }

            Console(environment).Write(table);
        }
        else
        {
            WriteLines(environment.Out, title, columns, rows);
        }
    }

    private static void WriteLines(
        TextWriter output,
        string title,
        IReadOnlyList<string> columns,
        IReadOnlyList<IReadOnlyList<string>> rows
    )
    {
        var widths = columns
            .Select(
                (column, i) =>
                    rows.Max(row => VisibleText.Of(row[i].ReplaceLineEndings(" ")).Length) is var longest && longest > column.Length
                        ? longest
                        : column.Length
            )
            .ToArray();
        output.WriteLine(title);
        foreach (var row in rows.Prepend(columns))
        {
            output.WriteLine(
                "  "
                    + string.Join("  ", row.Select((cell, i) => VisibleText.Of(cell.ReplaceLineEndings(" ")).PadRight(widths[i]))).TrimEnd()
            );
        }
    }
}
