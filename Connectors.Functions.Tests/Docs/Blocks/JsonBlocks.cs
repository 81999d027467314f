using System.Text.Json.Nodes;
using Connectors.Sources;
using Connectors.Sources.Rest.Slack;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>JSON: rules of a source are given to the source, policies are compared with what its errors ask for,
/// the scopes of an app with those that its check asks for. The privileges of security.md have a test of their own.</summary>
internal static class JsonBlocks
{
    private static readonly SourceCatalog Catalog = new(
        BuiltInSources.Classes,
        Path.GetTempPath(),
        NullLoggerFactory.Instance,
        TimeProvider.System
    );

    public static void Check(DocBlock block)
    {
        if (block.File == "docs/security.md")
        {
            return;
        }

        if (block.File == "docs/cli.md")
        {
            Assert.All(block.Lines, line => Assert.NotNull(JsonNode.Parse(line)!["event"]));
            return;
        }

        if (block.File == "docs/access-control.md")
        {
            // An identity; its query is compared with the code by a test of that page.
            var identity = JsonNode.Parse(string.Join('\n', block.Lines))!;
            Assert.True(identity["id"] is not null && identity["query"]!["template"]!["source"] is not null, "not an identity");
            return;
        }

        Assert.StartsWith("docs/sources/", block.File, StringComparison.Ordinal);
        var json = JsonNode.Parse(string.Join('\n', block.Lines))!;
        if (json is JsonObject policy && policy["Statement"] is JsonArray statements)
        {
            var errors = string.Concat(
                Directory
                    .EnumerateFiles(Path.Combine(Approved.Root, "Connectors.Sources", "ObjectStores", "S3"), "*Errors.cs")
                    .Select(File.ReadAllText)
            );
            var actions = statements
                .SelectMany(statement =>
                    statement!["Action"] is JsonArray several ? several.Select(item => (string?)item) : [(string?)statement["Action"]]
                )
                .ToList();
            Assert.True(actions.Count >= 3, $"only {actions.Count} actions");
            Assert.All(actions, action => Assert.Contains(action!, errors, StringComparison.Ordinal));
            return;
        }

        if (json is JsonObject manifest && manifest["oauth_config"] is { } app)
        {
            var scopes = app["scopes"]!["bot"]!.AsArray().Select(scope => (string)scope!).ToList();
            SlackScopes.Check(string.Join(',', scopes), joins: true);
            Assert.Equal(4, scopes.Count);
            return;
        }

        var check = Catalog.Describe(Path.GetFileNameWithoutExtension(block.File)).CheckAdvancedRules;
        Assert.NotNull(check);
        Assert.Empty(check(json));
    }
}
