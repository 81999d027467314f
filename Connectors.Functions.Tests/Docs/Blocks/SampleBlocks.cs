namespace Connectors.Tests.Docs.Blocks;

/// <summary>The file that the sample of a plug-in reads. Where the page's commands look for it, they sync it.</summary>
internal static class SampleBlocks
{
    public static bool IsFile(DocBlock block) =>
        block.File == "samples/Connectors.Samples.Releases/README.md" && block.Lines[0].StartsWith("- ", StringComparison.Ordinal);

    public static async Task WriteAsync(DocBlock block, PageStory story) =>
        await File.WriteAllTextAsync(
            Path.Combine((await story.CliAsync()).Folder, "releases.yml"),
            string.Join('\n', block.Lines),
            PageStory.Token
        );
}
