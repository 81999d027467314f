using Xunit;

namespace Connectors.Tests.Docs;

public sealed class CommandBlocksTests
{
    [Fact]
    public void AConsoleBlockHasCommandsWithTheirOutput()
    {
        var block = new DocBlock("page.md", 10, "console", ["$ one --a \\", "    --b", "said", "", "$ two"]);

        Assert.Equal([new DocCommand("page.md", 11, "one --a --b", "said\n"), new DocCommand("page.md", 15, "two", "")], block.Commands());
    }

    [Fact]
    public void AShBlockHasACommandInEveryLineThatIsNoRemark()
    {
        var block = new DocBlock("page.md", 1, "sh", ["# first", "one", "", "two # now"]);

        Assert.Equal(["one", "two # now"], block.Commands().Select(command => command.Text));
        Assert.Empty((block with { Language = "yaml" }).Commands());
    }

    [Theory]
    [InlineData("a b  c # rest", "a|b|c")]
    [InlineData("a --set \"pattern=**/*.* x\" 'it is $HOME'", "a|--set|pattern=**/*.* x|it is $HOME")]
    [InlineData("a $HOME/notes \"$HOME\" \\$5 ''", "a|/home/me/notes|/home/me|$5|")]
    public void WordsAreThoseOfAShell(string text, string expected) =>
        Assert.Equal(
            expected.Split('|'),
            new DocCommand("page.md", 1, text, "").Words(new Dictionary<string, string> { ["HOME"] = "/home/me" })
        );

    [Fact]
    public void ThePagesHaveBlocks() =>
        Assert.Contains(CommandBlocks.Read("docs/getting-started.md"), block =>
            block is { Language: "console", Line: > 1 } && block.Commands().Any()
        );
}
