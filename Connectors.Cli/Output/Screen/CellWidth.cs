using Spectre.Console.Rendering;

namespace Connectors.Cli.Output.Screen;

/// <summary>How many places of a terminal a text takes: some characters take two.</summary>
internal static class CellWidth
{
    /// <summary>The places of a text of one line.</summary>
    public static int Of(string text) => Segment.CellCount([new Segment(text)]);
}
