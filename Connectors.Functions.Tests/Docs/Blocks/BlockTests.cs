using Connectors.Sources.Rest.GraphQL.Queries;
using Connectors.Tests.Docs.Pages;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>
/// Every fenced block of every page is true: configuration is loaded, requests are sent, code is compiled, commands are run. What can't be
/// run here is checked as far as it can be (<see cref="OtherCommands"/>). A block of a language without a treatment, or a command that
/// nobody knows, fails.
/// </summary>
public sealed class BlockTests
{
    private static readonly Dictionary<string, Func<DocBlock, PageStory, Task>> Treatments = new(StringComparer.Ordinal)
    {
        ["bicep"] = (block, _) => TemplateBlocks.ParametersAsync(block),
        ["console"] = ShellBlocks.RunAsync,
        ["csharp"] = (block, _) => Now(CodeBlocks.Compile, block),
        ["graphql"] = (block, _) => Now(query => GraphQLQuery.Parse("graphql_query", string.Join('\n', query.Lines)), block),
        ["http"] = (block, story) => story.SendAsync(block),
        ["ini"] = (block, _) => Now(TemplateBlocks.Unit, block),
        ["json"] = (block, _) => Now(JsonBlocks.Check, block),
        ["kusto"] = (block, _) => Now(PictureBlocks.Query, block),
        ["sh"] = ShellBlocks.RunAsync,
        ["sql"] = (block, _) => Now(SqlBlocks.IsCovered, block),
        ["text"] = (block, _) => Now(PictureBlocks.Drawing, block),
        ["yaml"] = ConfigBlocks.LoadAsync,
    };

    public static TheoryData<string> PagesWithBlocks => [.. MarkdownPages.All.Where(page => MarkdownPages.Blocks(page).Count > 0)];

    [Theory]
    [MemberData(nameof(PagesWithBlocks))]
    public async Task EveryBlockIsTrue(string page)
    {
        await using var story = new PageStory();
        foreach (var block in MarkdownPages.Blocks(page))
        {
            Assert.True(
                Treatments.ContainsKey(block.Language),
                $"{page}, line {block.Line}: nothing checks a block of the language '{block.Language}'. Known are "
                    + $"{string.Join(", ", Treatments.Keys)}."
            );
            try
            {
                await Treatments[block.Language](block, story);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                throw new InvalidOperationException($"{page}, line {block.Line}: {failure.Message}", failure);
            }
        }
    }

    [Fact]
    public void ThereAreManyBlocksAndEveryTreatmentHasOne()
    {
        var blocks = MarkdownPages.All.SelectMany(MarkdownPages.Blocks).ToList();
        Assert.True(blocks.Count > 60, $"only {blocks.Count} blocks");
        Assert.Empty(Treatments.Keys.Except(blocks.Select(block => block.Language)));
    }

    private static Task Now(Action<DocBlock> check, DocBlock block)
    {
        check(block);
        return Task.CompletedTask;
    }
}
