using System.Text;
using Azure.Storage.Blobs;
using Connectors.Abstractions;
using Connectors.Functions.Staging;
using Connectors.Sync.Engine;
using Connectors.Sync.Staging;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sync.Staging;

[Collection("Azurite")]
public sealed class StagingStoreTests(AzuriteServer azurite) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheLocalStoreKeepsTheContract()
    {
        await AssertContractAsync(new LocalStagingStore(_folder.Path));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task TheStoreOfTheTestsKeepsTheContract() => await AssertContractAsync(new MemoryStagingStore());

    [Fact]
    public async Task BlobStorageKeepsTheContractAndCarriesAWholeSync()
    {
        var container = (await azurite.EmptyAsync(Token)).GetBlobContainerClient("staging");
        var store = new BlobStagingStore(container);
        Assert.Empty(await store.ListFoldersAsync(Token).ToListAsync(Token));
        await store.DeleteAsync("nothing", Token);
        await AssertContractAsync(store);
        await AssertCompressesTextAsync(store, container);

        using var fixture = new StagedFixture { Store = store };
        await fixture.RunAsync(MemorySource.Holding([.. Enumerable.Range(0, 30).Select(number => "id-" + number)]));
        var outcome = await fixture.RunNextAsync(MemorySource.Holding([.. Enumerable.Range(10, 30).Select(number => "id-" + number)]));
        Assert.Equal(
            (SyncEnd.Completed, 10, 10, 20),
            (outcome.End, outcome.Counts.Created, outcome.Counts.Deleted, outcome.Counts.Skipped)
        );
    }

    [Fact]
    public async Task AStorageAccountThatDoesNotAnswerMayPassAndItsKeyIsNotTold()
    {
        const string Key = "c2VjcmV0LWtleS10aGF0LW5vYm9keS1zZWVz";
        var options = new BlobClientOptions { Retry = { MaxRetries = 0 } };
        var store = new BlobStagingStore(
            new BlobContainerClient(
                $"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={Key};BlobEndpoint=http://127.0.0.1:1/a;",
                "staging",
                options
            )
        );

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => store.OpenAsync("x", Token));

        Assert.Equal(
            (FailureKind.Retry, "The storage account did not serve the container 'staging' (0, no answer)."),
            (failure.Kind, failure.Message)
        );
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALocalStoreThatCanNotBeWrittenNamesItsFolder()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "job"), "in the way", Token);
        var store = new LocalStagingStore(_folder.Path);

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => PutAsync(store, "job/x", "text"));

        Assert.StartsWith($"Staging in the folder '{_folder.Path}' failed: ", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => PutAsync(store, "../x", "text"));
    }

    private static async Task AssertContractAsync(IStagingStore store)
    {
        Assert.Null(await store.OpenAsync("job-1/a", Token));
        await PutAsync(store, "job-1/a", "one");
        await PutAsync(store, "job-1/deep/er/b", string.Empty);
        await PutAsync(store, "job-2/a", "two");
        await PutAsync(store, "job-12/a", "three");
        Assert.Equal(
            ("one", string.Empty, "two"),
            (await ReadAsync(store, "job-1/a"), await ReadAsync(store, "job-1/deep/er/b"), await ReadAsync(store, "job-2/a"))
        );
        await PutAsync(store, "job-1/a", "other");
        Assert.Equal("other", await ReadAsync(store, "job-1/a"));
        Assert.Equal((true, false), (await store.ExistsAsync("job-1/deep/er/b", Token), await store.ExistsAsync("job-1/deep", Token)));
        Assert.Equal(
            (true, false, false),
            (
                await store.TryCreateAsync("job-2/deep/mark", "first"u8.ToArray(), Token),
                await store.TryCreateAsync("job-2/deep/mark", "again"u8.ToArray(), Token),
                await store.TryCreateAsync("job-2/a", default, Token)
            )
        );
        Assert.Equal(("first", "two"), (await ReadAsync(store, "job-2/deep/mark"), await ReadAsync(store, "job-2/a")));
        foreach (var (name, content) in new[] { ("job-2/raced", string.Empty), ("job-2/raced-too", "mine") })
        {
            var marks = await Task.WhenAll(
                Enumerable.Range(0, 10).Select(_ => Task.Run(() => store.TryCreateAsync(name, Encoding.UTF8.GetBytes(content), Token)))
            );
            Assert.Single(marks, isFirst => isFirst);
        }

        Assert.Equal(["job-1", "job-12", "job-2"], (await store.ListFoldersAsync(Token).ToListAsync(Token)).Order(StringComparer.Ordinal));

        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            store.PutAsync("job-3/x", new MemoryStream(new byte[100_000]), isText: true, stopped.Token)
        );
        Assert.False(await store.ExistsAsync("job-3/x", Token));

        await store.DeleteAsync("job-1", Token);
        await store.DeleteAsync("job-1", Token);
        Assert.False(await store.ExistsAsync("job-1/deep/er/b", Token));
        Assert.Equal("three", await ReadAsync(store, "job-12/a"));
        await store.DeleteAsync("job-12", Token);
        await store.DeleteAsync("job-2", Token);
        await store.DeleteAsync("job-3", Token);
    }

    private static async Task AssertCompressesTextAsync(BlobStagingStore store, BlobContainerClient container)
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(number => "{\"index\":{\"_id\":\"" + number + "\"}}"));
        await PutAsync(store, "job-1/text", text);

        Assert.Equal(text, await ReadAsync(store, "job-1/text"));
        var stored = (await container.GetBlobClient("job-1/text").GetPropertiesAsync(cancellationToken: Token)).Value.ContentLength;
        Assert.True(stored < text.Length / 3, $"{text.Length} bytes were stored as {stored}");
        await store.DeleteAsync("job-1", Token);
    }

    private static async Task PutAsync(IStagingStore store, string name, string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await store.PutAsync(name, content, isText: true, Token);
    }

    private static async Task<string> ReadAsync(IStagingStore store, string name)
    {
        using var reader = new StreamReader((await store.OpenAsync(name, Token))!);
        return await reader.ReadToEndAsync(Token);
    }
}
