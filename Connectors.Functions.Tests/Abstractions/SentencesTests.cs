using Connectors.Abstractions;
using Connectors.Tests.Docs.Pages;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Abstractions;

/// <summary>Messages are put together in one place, whatever their parts end with.</summary>
public sealed class SentencesTests
{
    public static TheoryData<string> Projects =>
        ["Connectors.Abstractions", "Connectors.Sync", "Connectors.Sources", "Connectors.Functions", "Connectors.Cli"];

    [Theory]
    [InlineData("It failed", "It failed.")]
    [InlineData("It failed.", "It failed.")]
    [InlineData("It failed..", "It failed.")]
    [InlineData("It failed. .", "It failed.")]
    [InlineData("It failed.. Try again.", "It failed. Try again.")]
    [InlineData("Does it run?", "Does it run?")]
    [InlineData("Does it run?.", "Does it run?")]
    [InlineData("It failed.  Try again", "It failed. Try again.")]
    [InlineData(" It failed: 'a' ", "It failed: 'a'.")]
    [InlineData("Cut off...", "Cut off...")]
    [InlineData("Read 'a/../b' and '..' in a  b.", "Read 'a/../b' and '..' in a  b.")]
    [InlineData("", "")]
    public void AMessageEndsWithOneFullStop(string text, string expected)
    {
        Assert.Equal(expected, Sentences.Whole(text));
        Assert.Equal(expected, new ConnectorException(text).Message);
    }

    [Theory]
    [InlineData("It failed.", "It failed")]
    [InlineData("It failed.\r\n  At once.", "It failed. At once")]
    [InlineData("blocked by: [FORBIDDEN/8/index write (api)];", "blocked by: [FORBIDDEN/8/index write (api)]")]
    [InlineData("Cut off...", "Cut off...")]
    [InlineData(null, "")]
    public void APartOfASentenceHasNone(string? text, string expected) => Assert.Equal(expected, Sentences.Inner(text));

    [Fact]
    public void SentencesFollowEachOtherWithOneBlank() =>
        Assert.Equal("It failed. Does it run? Try again.", Sentences.Join("It failed", " Does it run? ", null, "", "Try again."));

    [Theory]
    [MemberData(nameof(Projects))]
    public void EveryTemplateIsPutTogetherRightly(string project)
    {
        var sentences = ErrorSentences.In(project, deep: true);
        Assert.NotEmpty(sentences);
        foreach (var text in sentences.Select(sentence => sentence.Text))
        {
            Assert.DoesNotContain("  ", text, StringComparison.Ordinal);

            // Whatever stands for an ellipsis: a sentence that may or may not have its full stop, a path, nothing.
            foreach (var part in (string[])["it failed", "it failed.", "it failed..", "C:/a/../b", "what?"])
            {
                var message = new ConnectorException(text.Replace("\u2026", part, StringComparison.Ordinal)).Message;
                Assert.True(message[^1] is '.' or '?' or '!' or ':', message);
                Assert.False(
                    message.EndsWith("..", StringComparison.Ordinal) && !message.EndsWith("...", StringComparison.Ordinal),
                    message
                );
                Assert.DoesNotContain(".. ", message.Replace("... ", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void NothingElseInTheCodeCutsFullStopsOfMessages()
    {
        var files = Projects
            .Select(project => (string)project)
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Approved.Root, project), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split('/', '\\').Any(part => part is "bin" or "obj"))
            .ToList();
        Assert.True(files.Count > 300, $"only {files.Count} files");
        Assert.Empty(
            files.Where(file => File.ReadAllText(file).Contains("Message.TrimEnd('.'", StringComparison.Ordinal)).Select(Path.GetFileName)
        );
    }
}
