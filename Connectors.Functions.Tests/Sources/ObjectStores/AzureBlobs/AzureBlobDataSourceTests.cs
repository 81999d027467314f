using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Connectors.Abstractions;
using Connectors.Sources.ObjectStores.AzureBlobs;
using Connectors.Sync.Content;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.ObjectStores.AzureBlobs;

[Collection("Azurite")]
public sealed class AzureBlobDataSourceTests(AzuriteServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ADocumentHasThePythonServicesFields()
    {
        var account = await server.EmptyAsync(Cancellation);
        var container = (
            await account.CreateBlobContainerAsync(
                "docs",
                metadata: new Dictionary<string, string> { ["team"] = "red" },
                cancellationToken: Cancellation
            )
        ).Value;
        var options = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = "text/plain" },
            Metadata = new Dictionary<string, string> { ["author"] = "Ann" },
        };
        var stored = (await container.GetBlobClient("a/b.txt").UploadAsync(new BinaryData("some text"), options, Cancellation)).Value;
        await using var source = Source(("containers", "*"));
        var page = Assert.Single(await source.AllAsync(1, PageLimits.Default, Cancellation));
        var document = Assert.Single(page.Documents);
        Assert.Equal("docs/a/b.txt", document.Id);
        Assert.Equal(stored.LastModified, document.Timestamp);
        var body = document.Json();
        Assert.Equal(
            [
                "title: a/b.txt",
                "container: docs",
                "size: 9",
                "content type: text/plain",
                """metadata: {"author":"Ann"}""",
                """container metadata: {"team":"red"}""",
            ],
            new[] { "title", "container", "size", "content type", "metadata", "container metadata" }.Select(field =>
                $"{field}: {body.GetProperty(field)}"
            )
        );
        Assert.Contains("\"unlocked\"", body.GetProperty("leasedata").GetString(), StringComparison.Ordinal);
        using var text = await new ContentReader(new ContentOptions()).ReadAsync(Assert.Single(page.Contents), Cancellation);
        Assert.Equal("some text", Encoding.UTF8.GetString(text.Utf8.Span));
    }

    [Fact]
    public async Task EachNameIsReadAsItselfOrRefusedByName()
    {
        var account = await server.EmptyAsync(Cancellation);
        var container = (await account.CreateBlobContainerAsync("docs", cancellationToken: Cancellation)).Value;
        string[] names =
        [
            "lead.txt",
            "a//b.txt",
            "a/b.txt",
            "b.txt",
            "x.txt",
            "q?x=1.txt",
            "h#f.txt",
            "p+q r.txt",
            "p%2Bq.txt",
            "a/%2e%2e/b.txt",
            "ä/€.txt",
        ];
        foreach (var name in names)
        {
            await container.UploadBlobAsync(name, new BinaryData(name), Cancellation);
        }

        await using var source = Source(("containers", "docs"));
        foreach (var content in (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents))
        {
            using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
            Assert.Contains(Encoding.UTF8.GetString(text.Utf8.Span), names);
            Assert.EndsWith(content.FileName, Encoding.UTF8.GetString(text.Utf8.Span), StringComparison.Ordinal);
        }

        // A client that normalizes addresses can't make such a blob; other programs can.
        var listing = new AzureBlobListing(account);
        var refused = await Assert.ThrowsAsync<ConnectorException>(() => listing.OpenAsync("docs", "a/../b.txt", Cancellation));
        Assert.Equal((FailureKind.Skip, false), (refused.Kind, refused.IsGone));
        Assert.StartsWith("docs/a/../b.txt: can't be read: its name has a part of dots only", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABlobThatVanishedIsGone()
    {
        var account = await server.EmptyAsync(Cancellation);
        var container = (await account.CreateBlobContainerAsync("docs", cancellationToken: Cancellation)).Value;
        await container.UploadBlobAsync("a.txt", new BinaryData("x"), Cancellation);
        await using var source = Source(("containers", "docs"));
        var content = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents));
        await container.DeleteBlobAsync("a.txt", cancellationToken: Cancellation);
        using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
        Assert.Equal((true, "docs/a.txt: no longer there."), (text.IsGone, text.Reason));
    }

    [Fact]
    public async Task FoldersAndArchivedTextsAreLeftAlone()
    {
        var account = await server.EmptyAsync(Cancellation);
        var container = (await account.CreateBlobContainerAsync("docs", cancellationToken: Cancellation)).Value;
        await container
            .GetBlobClient("folder")
            .UploadAsync(
                BinaryData.Empty,
                new BlobUploadOptions { Metadata = new Dictionary<string, string> { ["hdi_isfolder"] = "true" } },
                Cancellation
            );
        await container.UploadBlobAsync("old.txt", new BinaryData("x"), Cancellation);
        await container.GetBlobBaseClient("old.txt").SetAccessTierAsync(AccessTier.Archive, cancellationToken: Cancellation);
        await using var source = Source(("containers", "docs"));
        var pages = await source.AllAsync(1, PageLimits.Default, Cancellation);
        Assert.Equal("Archive", Assert.Single(pages.Documents()).Json().GetProperty("tier").GetString());
        Assert.Empty(pages.SelectMany(page => page.Contents));
    }

    [Fact]
    public async Task WhenTheBlobToGoOnAfterIsGoneTheContainerIsReadAnew()
    {
        var account = await server.EmptyAsync(Cancellation);
        var container = (await account.CreateBlobContainerAsync("docs", cancellationToken: Cancellation)).Value;
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            await container.UploadBlobAsync(name, new BinaryData(name), Cancellation);
        }

        // One byte a page: it ends in the middle of what a request lists.
        await using var source = Source(("containers", "docs"));
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        var first = await source.PageAsync(partition, PageToken.Start, new PageLimits(10, 1), Cancellation);
        Assert.Equal(["docs/a"], first.Documents.Select(document => document.Id));
        Assert.Equal(
            ["docs/b", "docs/c", "docs/d"],
            (await source.PartitionAsync(partition, first.Next, PageLimits.Default, Cancellation)).Ids()
        );
        await container.DeleteBlobAsync("a", cancellationToken: Cancellation);
        var again = await source.PageAsync(partition, first.Next, PageLimits.Default, Cancellation);
        Assert.True(again.Restarts);
        Assert.Equal(["docs/b", "docs/c", "docs/d"], again.Documents.Select(document => document.Id));
    }

    [Fact]
    public async Task AContainerThatGoesAwayStopsDeletesWithAllAndTheSyncWhenNamed()
    {
        var account = await server.EmptyAsync(Cancellation);
        await account.CreateBlobContainerAsync("docs", cancellationToken: Cancellation);
        await using var all = Source(("containers", "*"));
        var partition = Assert.Single(await all.PartitionAsync(1, Cancellation));
        await account.DeleteBlobContainerAsync("docs", cancellationToken: Cancellation);
        Assert.NotNull((await all.PageAsync(partition, PageToken.Start, PageLimits.Default, Cancellation)).Gap);
        await using var named = Source(("containers", "docs"));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            named.PageAsync(partition, PageToken.Start, PageLimits.Default, Cancellation)
        );
        Assert.Contains("no such container", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABlobThatIsGoneSpoilsOnlyItsContent()
    {
        var account = await server.EmptyAsync(Cancellation);
        var container = (await account.CreateBlobContainerAsync("docs", cancellationToken: Cancellation)).Value;
        await container.UploadBlobAsync("a.txt", new BinaryData("x"), Cancellation);
        await using var source = Source(("containers", "docs"));
        var content = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents));
        await container.DeleteBlobAsync("a.txt", cancellationToken: Cancellation);
        Assert.Equal(FailureKind.Skip, (await Assert.ThrowsAsync<ConnectorException>(() => content.OpenAsync(Cancellation))).Kind);
    }

    [Theory]
    [InlineData("account_key", "d3Jvbmc=", FailureKind.Fatal, "Check account_name and account_key")]
    [InlineData("account_key", "not base64!", FailureKind.Fatal, "account_key: not an account key")]
    [InlineData("account_key", "", FailureKind.Fatal, "over https only")]
    [InlineData("containers", "nowhere", FailureKind.Fatal, "there is no such container")]
    [InlineData("blob_endpoint", "ftp://x", FailureKind.Fatal, "blob_endpoint: is not an address")]
    [InlineData("blob_endpoint", "https://x.example/?sig=abc", FailureKind.Fatal, "blob_endpoint: is not an address")]
    [InlineData("blob_endpoint", "http://no-such-host.invalid/a", FailureKind.Retry, "can't be resolved")]
    [InlineData("retry_count", "99", FailureKind.Fatal, "retry_count: 99 is out of range")]
    public async Task WhatIsWrongIsSaidInASentence(string field, string value, FailureKind kind, string sentence)
    {
        await server.EmptyAsync(Cancellation);
        await using var source = Source(("containers", "docs"), (field, value));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain("sig=abc", failure.Message, StringComparison.Ordinal);
    }

    private AzureBlobDataSource Source(params (string Field, JsonNode Value)[] values)
    {
        var all = new JsonObject
        {
            ["account_name"] = AzuriteServer.Account,
            ["account_key"] = AzuriteServer.Key,
            ["blob_endpoint"] = AzuriteServer.Endpoint(server.Port),
            ["retry_count"] = 0,
        };
        foreach (var (field, value) in values)
        {
            all[field] = value;
        }

        return new AzureBlobDataSource(SomeSettings.Of(all, AzureBlobConfiguration.Fields));
    }
}
