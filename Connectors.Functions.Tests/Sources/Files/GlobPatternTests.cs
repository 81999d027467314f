using Connectors.Abstractions;
using Connectors.Sources.Files.Walking;
using Xunit;

namespace Connectors.Tests.Sources.Files;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("**/*.*", "a.txt b/c.txt b/.hidden .git/config.x", "README b/README")]
    [InlineData("**", "a.txt README b/c/d", "")]
    [InlineData("**/*", "a.txt README b/c/d", "")]
    [InlineData("*.md", "a.md", "b/a.md a.mdx a.MD")]
    [InlineData("docs/*.md", "docs/a.md", "a.md docs/b/a.md other/a.md")]
    [InlineData("docs/**/*.md", "docs/a.md docs/b/c/a.md", "a.md x/docs/a.md docs/a.txt")]
    [InlineData("**/docs/*.md", "docs/a.md x/docs/a.md x/y/docs/a.md", "docs/b/a.md docs.md")]
    [InlineData("a/**/b/**/c", "a/b/c a/x/b/y/z/c a/b/b/c", "a/c b/c a/b")]
    [InlineData("./a//*.txt", "a/1.txt", "1.txt")]
    [InlineData("?.txt", "a.txt ü.txt", "ab.txt .txt")]
    [InlineData("[a-c]*.txt", "a.txt c1.txt", "d.txt A.txt")]
    [InlineData("[!a-c].txt", "d.txt ].txt", "a.txt dd.txt")]
    [InlineData("[]x].txt", "].txt x.txt", "a.txt")]
    [InlineData("[a-]1", "a1 -1", "b1")]
    [InlineData("[a.txt", "[a.txt", "a.txt")]
    [InlineData("a*b*c", "abc axxbxxc abbcc aXbXbXc", "ab acb abcd")]
    [InlineData("x**y", "xy x1y", "x/y")]
    [InlineData("*", "a b.c", "a/b")]
    public void NamesMatchAsInPythonsPathlib(string pattern, string matching, string others)
    {
        var glob = GlobPattern.Parse(pattern, ignoreCase: false);
        Assert.All(Split(matching), path => Assert.True(Matches(glob, path), path));
        Assert.All(Split(others), path => Assert.False(Matches(glob, path), path));

        static string[] Split(string paths) => paths.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void CaseCountsOnlyWhereTheFileSystemSaysSo()
    {
        Assert.False(Matches(GlobPattern.Parse("[a-c]*.MD", ignoreCase: false), "Bx.md"));
        Assert.True(Matches(GlobPattern.Parse("[a-c]*.MD", ignoreCase: true), "Bx.md"));
    }

    [Theory]
    [InlineData("docs/*.md", "other")]
    [InlineData("docs/**/*.md", "other")]
    [InlineData("*.md", "docs")]
    public void FoldersInWhichNothingCanMatchAreNotEntered(string pattern, string folder)
    {
        var glob = GlobPattern.Parse(pattern, ignoreCase: false);
        Assert.True(glob.Enter(glob.Root, folder, isLink: false).IsDead);
    }

    [Theory]
    [InlineData("/etc/*", "pattern: '/etc/*' is absolute. Give a pattern relative to the directory, for example **/*.*.")]
    [InlineData("../*", "pattern: '../*' leaves the directory with '..'. Set the directory to the folder that is meant.")]
    [InlineData("./", "pattern: required, but empty. Give a pattern, for example **/*.* for all files with a dot in their name.")]
    public void PatternsThatCanNotBeMeantAreRefused(string pattern, string message) =>
        Assert.Equal(message, Assert.Throws<ConnectorException>(() => GlobPattern.Parse(pattern)).Message);

    private static bool Matches(GlobPattern glob, string path)
    {
        var components = path.Split('/');
        var state = glob.Root;
        foreach (var folder in components[..^1])
        {
            state = glob.Enter(state, folder, isLink: false);
            if (state.IsDead)
            {
                return false;
            }
        }

        return glob.MatchesFile(state, components[^1]);
    }
}
