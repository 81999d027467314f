using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>
/// How a source's documents, identities and contents are compared with recorded ones. A test of a source says which runs there are, and in
/// what ours differ; no request may be unknown to the recording.
/// </summary>
public abstract class ReplayTests
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What is replayed.</summary>
    private protected abstract ReplaySource Source { get; }

    /// <summary>What is replayed for a run, where not all runs are of one account: <see cref="Source"/> by itself.</summary>
    private protected virtual ReplaySource SourceOf(string run) => Source;

    /// <summary>Recorded documents, in the form in which they are compared.</summary>
    private protected virtual IReadOnlyList<JsonObject> RecordedIn(Recording recording, string file) => recording.Documents(file);

    /// <summary>A server for a run, of <see cref="SourceOf"/> or of one with answers of the test's own.</summary>
    private protected Task<ReplayServer> StartAsync(string run, ReplaySource? source = null) =>
        ReplayServer.StartAsync(source ?? SourceOf(run), run, calls: null, Cancellation);

    /// <summary>All pages of a run, read as one partition.</summary>
    private protected async Task<IReadOnlyList<ReadPage>> ReadAsync(string run, ReplaySource? source = null)
    {
        await using var server = await StartAsync(run, source);
        await using var opened = server.Open();
        return await opened.AllAsync(1, PageLimits.Default, Cancellation);
    }

    /// <summary>Compares the documents of a run with those of a file of the recording.</summary>
    /// <returns>The pages, read as two partitions.</returns>
    private protected async Task<IReadOnlyList<ReadPage>> CompareDocumentsAsync(string run, string file, params Difference[] differences)
    {
        await using var server = await StartAsync(run);
        await using var source = server.Open();
        await source.PingAsync(Cancellation);
        var pages = await source.AllAsync(2, PageLimits.Default, Cancellation);
        Assert.Empty(server.Unknown);
        RecordedDocuments.Compare(RecordedIn(server.Recording, file), RecordedDocuments.Of(pages.Documents()), differences);
        return pages;
    }

    /// <summary>Compares the identities of the run <c>access-control</c> with the recorded ones.</summary>
    private protected Task CompareIdentitiesAsync(params Difference[] differences) =>
        CompareIdentitiesAsync("access-control", _ => true, differences);

    /// <summary>Compares the identities of a run with some of the recorded ones.</summary>
    /// <returns>The identities.</returns>
    private protected async Task<IReadOnlyList<JsonObject>> CompareIdentitiesAsync(
        string run,
        Func<JsonObject, bool> isOfRun,
        params Difference[] differences
    )
    {
        await using var server = await StartAsync(run);
        await using var source = server.Open();
        var identities = await RecordedDocuments.IdentitiesAsync(source, Cancellation);
        Assert.Empty(server.Unknown);
        RecordedDocuments.Compare(
            [.. server.Recording.Documents("access-control").Where(isOfRun).Select(RecordedDocuments.Identity)],
            identities,
            differences
        );
        return identities;
    }

    /// <summary>Compares the contents of a run with the recorded ones: each of ours is one of them, and none is missing.</summary>
    /// <param name="run">The run.</param>
    /// <param name="names">The names of the contents, without order.</param>
    /// <param name="unread">Those of them that a sync does not fetch: the recording has none.</param>
    private protected async Task CompareContentsAsync(string run, IEnumerable<string> names, params string[] unread)
    {
        await using var server = await StartAsync(run);
        await using var source = server.Open();
        var contents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), contents.Select(content => content.FileName).Order(StringComparer.Ordinal));
        var read = new List<(long, string)>();
        foreach (var content in contents.Where(content => !unread.Contains(content.FileName)))
        {
            read.Add(await MeasureAsync(content));
        }

        Assert.Equal(server.Recording.Attachments.Values.Order(), read.Order());
        Assert.Empty(server.Unknown);
    }

    /// <summary>Length and SHA-256 of a content, as they are recorded.</summary>
    private protected static async Task<(long Length, string Sha256)> MeasureAsync(DocumentContent content)
    {
        await using var stream = await content.OpenAsync(Cancellation);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancellation);
        return (copy.Length, Convert.ToHexStringLower(SHA256.HashData(copy.ToArray())));
    }

    /// <summary>The failure of a ping, with one field of the run other than recorded if it is named.</summary>
    private protected async Task<ConnectorException> PingFailsAsync(
        ReplaySource? source = null,
        string run = "first",
        (string Field, string Value)? field = null
    )
    {
        await using var server = await StartAsync(run, source);
        await using var opened = field is { } other ? server.Open(other.Field, other.Value) : server.Open();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => opened.PingAsync(Cancellation));
        Assert.DoesNotContain("se-cr-et", failure.ToString(), StringComparison.Ordinal);
        return failure;
    }

    /// <summary>Holds that a ping with a wrong field fails with a sentence that begins with the field.</summary>
    private protected async Task NamesTheFieldAsync(string field, string value, string sentence) =>
        Assert.StartsWith(sentence, (await PingFailsAsync(field: (field, value))).Message, StringComparison.Ordinal);
}
