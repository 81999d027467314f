using Connectors.Sync.Configuration;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>Pieces of config.yml: each is loaded as a file of its own.</summary>
internal static class ConfigBlocks
{
    public static async Task LoadAsync(DocBlock block, PageStory story)
    {
        if (SampleBlocks.IsFile(block))
        {
            await SampleBlocks.WriteAsync(block, story);
            return;
        }

        using var folder = TemporaryFolder.With("http_ca.crt");
        folder.Write("config.yml", string.Join('\n', block.Lines));
        var outcome = ServiceConfiguration.Read(
            folder["config.yml"],
            new Dictionary<string, string> { ["ELASTICSEARCH_API_KEY"] = "a2V5" },
            Shipped.Classes
        );
        Assert.Empty(outcome.Problems.Select(problem => problem.ToString()));
        Assert.NotNull(outcome.Configuration);
        if (block.Lines.Contains("sources:"))
        {
            // The page's commands know these sources too; their assemblies lie where the tests put them.
            var plugins = Path.Combine(AppContext.BaseDirectory, "plugins");
            await File.WriteAllTextAsync(
                (await story.CliAsync()).ConfigFile,
                $"service:\n  plugins_dir: {plugins}\n{string.Join('\n', block.Lines)}\n",
                PageStory.Token
            );
        }
    }
}
