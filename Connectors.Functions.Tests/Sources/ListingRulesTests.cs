using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sources.Files;
using Connectors.Sources.Files.NetworkDrive;
using Connectors.Sources.ObjectStores.S3;
using Connectors.Testing;
using Connectors.Tests.Support;
using Connectors.Tests.Support.S3Server;
using Xunit;

namespace Connectors.Tests.Sources;

/// <summary>Advanced sync rules of dir and s3.</summary>
public sealed class ListingRulesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""[{"bucket": "one"}]""", "one/a.txt one/x/b.txt one/x/c.pdf one/x/y/d.txt one/xx.txt")]
    [InlineData("""[{"bucket": "one", "prefix": "x/"}]""", "one/x/b.txt one/x/c.pdf one/x/y/d.txt")]
    [InlineData("""[{"bucket": "one", "prefix": "x/", "extension": [".txt"]}]""", "one/x/b.txt one/x/y/d.txt")]
    [InlineData("""[{"bucket": "one", "extension": ["pdf"]}, {"bucket": "two", "prefix": "e"}]""", "one/x/c.pdf two/e.txt")]
    [InlineData(
        """[{"bucket": "one", "prefix": "x/y/"}, {"bucket": "one", "prefix": "x/", "extension": [".pdf"]}, {"bucket": "one", "prefix": "a"}]""",
        "one/a.txt one/x/c.pdf one/x/y/d.txt"
    )]
    [InlineData(
        """[{"bucket": "one", "prefix": "x"}, {"bucket": "one", "prefix": "x/"}]""",
        "one/x/b.txt one/x/c.pdf one/x/y/d.txt one/xx.txt"
    )]
    [InlineData("""[{"bucket": "one", "prefix": "none/"}]""", "")]
    public async Task ObjectsThatAnyRuleMeansAreListedOnce(string rules, string expected)
    {
        await using var server = await S3TestServer.StartAsync(new BackendCalls(), Token);
        server.Bucket("one").With("a.txt").With("x/b.txt").With("x/c.pdf").With("x/y/d.txt").With("xx.txt");
        server.Bucket("two").With("e.txt").With("f.txt");
        server.Bucket("three").With("g.txt");
        foreach (var (wanted, limit) in ((int, int)[])[(1, 100), (4, 1), (4, 2)])
        {
            await using var source = new S3DataSource(
                new SourceContext { Settings = S3Settings(server), AdvancedRules = JsonNode.Parse(rules) }
            );
            Assert.Equal(
                expected,
                string.Join(' ', (await ListAsync(source, wanted, limit, "bucket", "filename")).Order(StringComparer.Ordinal))
            );
            Assert.Equal(expected, string.Join(' ', (await ChangesAsync(source, limit)).Order(StringComparer.Ordinal)));
        }
    }

    [Theory]
    [InlineData("{}", "Write a list of rules")]
    [InlineData("[]", "Write a list of rules")]
    [InlineData("""["one"]""", "Rule 1: must be an object with a bucket; it is a text.")]
    [InlineData("""[{"bucket": "one"}, {"prefix": "x"}]""", "Rule 2: bucket is required")]
    [InlineData("""[{"bucket": "one", "prefix": 5}]""", "Rule 1: prefix must be a text; it is a number.")]
    [InlineData("""[{"bucket": "one", "extension": ".txt"}]""", "Rule 1: extension must be a list of texts")]
    [InlineData("""[{"bucket": "one", "suffix": ".txt"}]""", "Rule 1: 'suffix' is not known here. There are bucket, prefix, extension.")]
    public void WrongRulesForBucketsAreExplained(string rules, string message) =>
        Assert.StartsWith(message, Assert.Single(S3Rules.Check(JsonNode.Parse(rules)!)), StringComparison.Ordinal);

    [Theory]
    [InlineData("""[{"pattern": "docs/**/*.md"}, {"pattern": "*.txt"}]""", "a.txt docs/b.md docs/x/c.md")]
    [InlineData("""[{"pattern": "docs/*.md"}, {"pattern": "docs/**/*"}]""", "docs/b.md docs/x/c.md docs/x/d.txt")]
    [InlineData("""[{"pattern": "**/x/*.txt"}]""", "docs/x/d.txt")]
    [InlineData("""[{"pattern": "docs"}, {"pattern": "other/*"}]""", "other/e.md")]
    public async Task FilesThatAnyPatternMeansAreListedOnce(string rules, string expected)
    {
        using var folder = TemporaryFolder.With("a.txt", "docs/b.md", "docs/x/c.md", "docs/x/d.txt", "other/e.md");
        foreach (var (wanted, limit) in ((int, int)[])[(1, 100), (4, 1)])
        {
            var settings = SourceSettings.FromConfiguration(
                new JsonObject { ["directory"] = new JsonObject { ["value"] = folder.Path } },
                new DirectoryDataSource(SourceContext.Empty).Description.Fields
            );
            await using var source = new DirectoryDataSource(
                new SourceContext { Settings = settings, AdvancedRules = JsonNode.Parse(rules) }
            );
            var paths = await ListAsync(source, wanted, limit, null, "path");
            Assert.Equal(
                expected,
                string.Join(
                    ' ',
                    paths.Select(path => Path.GetRelativePath(folder.Path, path).Replace('\\', '/')).Order(StringComparer.Ordinal)
                )
            );
        }
    }

    [Theory]
    [InlineData("""{"pattern": "*"}""", "Write a list of rules: [{\"pattern\": \"docs/**/*.md\"}, {\"pattern\": \"*.txt\"}].")]
    [InlineData("""["*"]""", "Rule 1: must be an object with a pattern; it is a text.")]
    [InlineData("""[{"pattern": 5}]""", "Rule 1: pattern is required, a text.")]
    [InlineData("""[{"glob": "*"}]""", "Rule 1: 'glob' is not known here. There are pattern.", "Rule 1: pattern is required, a text.")]
    [InlineData("""[{"pattern": "*", "path": "x"}]""", "Rule 1: 'path' is not known here. There are pattern.")]
    [InlineData("""[{"pattern": "*"}, {"pattern": "../*"}]""", "Rule 2: pattern: '../*' leaves the directory with '..'.")]
    public void WrongRulesForFilesAreExplained(string rules, params string[] messages) =>
        Assert.Collection(
            DirectoryConfiguration.CheckRules(JsonNode.Parse(rules)!),
            [.. messages.Select(message => (Action<string>)(problem => Assert.StartsWith(message, problem, StringComparison.Ordinal)))]
        );

    [Fact]
    public void WrongRulesForAShareAreExplained() =>
        Assert.Equal(
            [
                "Rule 1: must be an object with a pattern; it is a text.",
                @"Rule 2: pattern: 'share/../x' leaves the directory with '..'. Set the directory to the folder that is meant.",
            ],
            NetworkDriveConfiguration.CheckRules(JsonNode.Parse("""["*", {"pattern": "share\\..\\x"}, {"pattern": "share/*"}]""")!)
        );

    private static SourceSettings S3Settings(S3TestServer server) =>
        SourceSettings.FromConfiguration(
            new JsonObject
            {
                ["buckets"] = new JsonObject { ["value"] = "three" },
                ["aws_access_key_id"] = new JsonObject { ["value"] = "key" },
                ["aws_secret_access_key"] = new JsonObject { ["value"] = "secret" },
                ["endpoint_url"] = new JsonObject { ["value"] = server.Address.ToString() },
                ["force_path_style"] = new JsonObject { ["value"] = true },
            },
            new S3DataSource(SourceContext.Empty).Description.Fields
        );

    private static async Task<List<string>> ListAsync(IDataSource source, int wanted, int limit, string? folder, string name)
    {
        var found = new List<string>();
        foreach (var partition in await source.PartitionAsync(wanted, Token))
        {
            var (after, isLast) = (PageToken.Start, false);
            while (!isLast)
            {
                using var page = await source.ReadPageAsync(partition, after, new PageLimits(limit, 1024 * 1024), Token);
                found.AddRange(Names(page, folder, name));
                (after, isLast) = (page.Next, page.IsLast);
            }
        }

        return found;
    }

    private static async Task<List<string>> ChangesAsync(S3DataSource source, int limit)
    {
        var (found, after, isLast) = (new List<string>(), PageToken.Start, false);
        while (!isLast)
        {
            using var page = await source.ReadChangesAsync(
                TimeCursor.At(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)),
                after,
                new PageLimits(limit, 1024 * 1024),
                Token
            );
            found.AddRange(Names(page.Upserts, "bucket", "filename"));
            (after, isLast) = (page.Upserts.Next, page.Upserts.IsLast);
        }

        return found;
    }

    private static List<string> Names(SourcePage page, string? folder, string name) =>
        [
            .. Enumerable
                .Range(0, page.Count)
                .Select(index => JsonNode.Parse(Encoding.UTF8.GetString(page[index].Body.Span))!)
                .Select(body => folder is null ? body[name]!.GetValue<string>() : $"{body[folder]}/{body[name]}"),
        ];
}
