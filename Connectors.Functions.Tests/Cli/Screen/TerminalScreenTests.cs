using Connectors.Cli.Output.Screen;
using Xunit;

namespace Connectors.Tests.Cli.Screen;

/// <summary>The terminal of the tests, and the block below its lines.</summary>
public sealed class TerminalScreenTests
{
    [Fact]
    public void ItDoesWhatATerminalDoes()
    {
        using var screen = new TerminalScreen(5, 3);

        screen.Write("12345\n"); // fills a line and does not leave an empty one
        screen.Write("abcdefg\n\u001b[1mX\u001b[");
        screen.Write("0m\r\u001b[1AY\u001b[JZ");

        Assert.Equal("12345\nabcde\nYZ\n", screen.Text);
        Assert.Throws<InvalidOperationException>(() => screen.Write("\u001b[2K"));
        Assert.Throws<InvalidOperationException>(() => screen.Write("\u0007"));
    }

    [Fact]
    public void ALineThatIsWrittenGoesAboveTheBlockWhole()
    {
        using var screen = new TerminalScreen(10, 5);
        var live = new LiveRegion(screen, () => screen.Told);
        var (output, error) = (live.Over(screen), live.Over(screen));
        string[] block = ["----------", "block 1"];
        live.Show(_ => block);

        output.WriteLine("a");
        error.WriteLine("a line of two rows");
        block = ["block 2"];
        live.Refresh();
        output.Write("be");
        live.Refresh();
        output.WriteLine("gun");

        Assert.Equal("a\na line of \ntwo rows\nbegun\nblock 2\n".Replace(" \n", "\n", StringComparison.Ordinal), screen.Text);
        live.Remove();
        Assert.EndsWith("begun\n", screen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void OfATerminalThatBecameNarrowerNothingIsLeftOver()
    {
        using var screen = new TerminalScreen(10, 5);
        var size = new ScreenSize(20, 5);
        var live = new LiveRegion(screen, () => size);
        var output = live.Over(screen);
        output.WriteLine("first");
        live.Show(at => [new string('x', at.Columns)]);
        Assert.Equal("first\nxxxxxxxxxx\nxxxxxxxxxx\n", screen.Text);

        size = screen.Told;
        live.Refresh();

        Assert.Equal("first\nxxxxxxxxxx\n", screen.Text);
    }
}
