namespace Connectors.Cli.Output.Screen;

/// <summary>The size of a terminal.</summary>
/// <param name="Columns">Characters in a line.</param>
/// <param name="Rows">Lines.</param>
internal readonly record struct ScreenSize(int Columns, int Rows)
{
    private static readonly ScreenSize Usual = new(80, 24);

    /// <summary>The present size of this process's terminal; 80 by 24 when it is not known.</summary>
    public static ScreenSize OfProcess()
    {
        try
        {
            var size = new ScreenSize(Console.WindowWidth, Console.WindowHeight);
            return size is { Columns: > 0, Rows: > 0 } ? size : Usual;
        }
        catch (IOException)
        {
            return Usual;
        }
    }
}
