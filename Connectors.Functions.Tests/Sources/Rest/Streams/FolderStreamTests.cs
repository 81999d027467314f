using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;
using Connectors.Tests.Sources.Rest.Http;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Streams;

/// <summary>A tree of folders: <c>root</c> has the folders a and b, a has the folder c, and the root has a second page.</summary>
public sealed class FolderStreamTests : IDisposable
{
    private static readonly Dictionary<string, string> Pages = new(StringComparer.Ordinal)
    {
        ["root"] = """{"items": [{"id": "b", "in": true}, {"id": "1"}], "next": "2"}""",
        ["root?at=2"] = """{"items": [{"id": "2"}, {"id": "a", "in": true}]}""",
        ["a"] = """{"items": [{"id": "c", "in": true}, {"id": "3"}]}""",
        ["b"] = """{"items": [{"id": "5"}]}""",
        ["c"] = """{"items": [{"id": "4"}]}""",
    };

    private readonly RestClient _client;
    private string _closed = string.Empty;

    public FolderStreamTests() => _client = Scripted.By(Answer).Client();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task EachFolderComesBeforeThoseInItInTheOrderOfTheirIds()
    {
        var (files, _, _) = await ReadAsync(Open(), string.Empty);
        Assert.Equal(["1", "2", "3", "4", "5"], files);
    }

    [Fact]
    public async Task AnotherProcessGoesOnFromEveryCursor()
    {
        var (files, _, cursors) = await ReadAsync(Open(), string.Empty);
        Assert.Equal(4, cursors.Count);
        for (var index = 0; index < cursors.Count; index++)
        {
            var (rest, _, _) = await ReadAsync(Open(), cursors[index]);
            Assert.Equal(files.Skip(index + 1), rest);
        }
    }

    [Theory]
    [InlineData("a", "1", "2", "5")]
    [InlineData("c", "1", "2", "3", "5")]
    public async Task AFolderThatIsClosedIsAGapAndTheOthersAreRead(string closed, params string[] others)
    {
        _closed = closed;
        var (files, gaps, _) = await ReadAsync(Open(), string.Empty);
        Assert.Equal(others, files);
        Assert.StartsWith($"folder {closed}: ", Assert.Single(gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheFirstFolderMustBeOpen()
    {
        _closed = "root";
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(Open(), string.Empty));
        Assert.True(RestErrors.IsClosedPlace(failure));
    }

    [Fact]
    public async Task AFolderWithoutAnIdIsNamedWithItsService()
    {
        using var client = Scripted.By(_ => Scripted.Json("""{"items": [{"in": true}]}""")).Client();
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(Open(client), string.Empty));
        Assert.Equal("A folder of Things came without id, so it can't be told apart.", failure.Message);
    }

    private FolderStream Open(RestClient? client = null)
    {
        var paging = RestPaging.Cursor("/items", "/next", (request, cursor) => request.WithQuery("at", cursor));
        return new FolderStream("files", client ?? _client, "root", RestRequest.Get, paging)
        {
            IsFolder = item => item.Find("in") is not null,
            Write = WriteFile,
        };
    }

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        var folder = request.RequestUri!.PathAndQuery["/api/".Length..];
        return folder == _closed ? Scripted.Status(403) : Scripted.Json(Pages[folder]);
    }

    private static void WriteFile(JsonElement item, StreamPage page)
    {
        if (item.Find("in") is null)
        {
            page.Add(item.RequiredText("A file", "id"), item, DocumentFields.All);
        }
    }

    private static async Task<(List<string> Files, List<string> Gaps, List<string> Cursors)> ReadAsync(FolderStream stream, string from)
    {
        var (files, gaps, cursors) = (new List<string>(), new List<string>(), new List<string>());
        for (var cursor = from; cursor is not null;)
        {
            using var page = new StreamPage();
            cursor = await stream.ReadAsync(cursor, page, Cancellation);
            using var built = page.Build();
            files.AddRange(Enumerable.Range(0, built.Count).Select(index => Encoding.UTF8.GetString(built[index].Id.Span)));
            gaps.AddRange(built.Problems.Select(problem => $"{problem.Id}: {problem.Reason}"));
            if (cursor is not null)
            {
                cursors.Add(cursor);
            }
        }

        return (files, gaps, cursors);
    }
}
