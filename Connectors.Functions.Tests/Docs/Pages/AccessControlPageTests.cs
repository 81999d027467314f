using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs.Pages;

public sealed class AccessControlPageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void ThePageShowsTheCodeThatIsCompiled()
    {
        var page = File.ReadAllText(Path.Combine(Approved.Root, "docs", "access-control.md")).ReplaceLineEndings("\n");
        var code = File.ReadAllText(Path.Combine(Approved.Root, "Connectors.Functions.Tests", "Docs", "Pages", "WikiDataSource.cs"))
            .ReplaceLineEndings("\n");

        Assert.Contains(
            $"```csharp\n{code[code.IndexOf("public sealed", StringComparison.Ordinal)..]}```\n",
            page,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void ThePageShowsTheQueryThatIsWritten()
    {
        var page = File.ReadAllText(Path.Combine(Approved.Root, "docs", "access-control.md"));

        Assert.Contains(
            $"\"source\": \"{IdentitySource.Query.Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
            page,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task TheSourceOfThePageGivesDocumentsAndIdentities()
    {
        await using var source = new WikiDataSource(
            new SourceContext
            {
                Settings = new SourceSettings(
                    new Dictionary<string, System.Text.Json.Nodes.JsonNode?> { ["use_document_level_security"] = true }
                ),
            }
        );
        using var page = await source.ReadPageAsync(SourcePartition.All, PageToken.Start, PageLimits.Default, Token);

        Assert.Equal(
            [
                """{"_allow_access_control":["everyone"],"Title":"Home","Text":"Welcome"}""",
                """{"_allow_access_control":["user:7"],"Title":"Plan","Text":"Secret"}""",
                """{"_allow_access_control":["_nobody"],"Title":"Draft","Text":"Unfinished"}""",
            ],
            Enumerable.Range(0, page.Count).Select(index => Encoding.UTF8.GetString(page[index].Body.Span))
        );
        var alice = Assert.Single(await source.ReadIdentitiesAsync(Token).ToListAsync(Token));
        Assert.Equal(["user:7", "group:staff"], alice.AccessControl);
    }
}

/// <summary>The wiki that the source of the page asks.</summary>
public sealed partial class WikiDataSource
{
    public override Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static IAsyncEnumerable<WikiUser> UsersAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new[] { new WikiUser("7", "alice", "alice@example.org", ["staff"]) }.ToAsyncEnumerable();
    }

    private static IAsyncEnumerable<WikiPage> PagesAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var then = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
        return new[]
        {
            new WikiPage("home", "Home", "Welcome", then, IsPublic: true, []),
            new WikiPage("plan", "Plan", "Secret", then, IsPublic: false, ["7"]),
            new WikiPage("draft", "Draft", "Unfinished", then, IsPublic: false, []),
        }.ToAsyncEnumerable();
    }

    private sealed record WikiUser(string Id, string Login, string Mail, string[] Groups);

    private sealed record WikiPage(string Id, string Title, string Text, DateTimeOffset Changed, bool IsPublic, string[] Readers);
}
