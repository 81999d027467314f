using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sync.Content;
using Connectors.Sync.Retries;
using Connectors.Tests.Sources.Rest.Replay;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Http;

/// <summary>Contents whose connection breaks while they are read.</summary>
public sealed class ContentThatBreaksOffTests : IAsyncLifetime
{
    private const string LastModified = "Sat, 01 Jun 2024 12:00:00 GMT";
    private readonly ReplayTime _time = new();
    private BreakingServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await BreakingServer.StartAsync(Cancellation);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("\"v1\"", "\"v1\"")]
    [InlineData(null, LastModified)]
    public async Task GoOnWhereTheyBrokeOffByteForByte(string? tag, string validator)
    {
        _server.Tag = tag;
        _server.Breaks.Enqueue(40_000);
        _server.Breaks.Enqueue(90_000);
        using var client = Client();
        await using var stream = await OpenAsync(client);
        Assert.Equal(_server.Content, await _server.ReadAsync(stream, Cancellation));
        Assert.Equal([$"bytes=40000- | {validator}", $"bytes=90000- | {validator}"], _server.Requests.Skip(1));
        Assert.DoesNotContain("bytes=", _server.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARangeThatIsShorterThanAskedForIsGoneOnFrom()
    {
        _server.Breaks.Enqueue(40_000);
        _server.Change = context =>
        {
            if (context.Request.Headers.Range == "bytes=40000-")
            {
                context.Response.Headers.ContentRange = "bytes 40000-49999/100000";
                context.Response.ContentLength = 10_000;
                _server.Breaks.Enqueue(50_000);
            }
        };
        using var client = Client();
        await using var stream = await OpenAsync(client);
        Assert.Equal(_server.Content, await _server.ReadAsync(stream, Cancellation));
        Assert.StartsWith("bytes=50000-", _server.Requests[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OneThatChangedMeanwhileIsReadFromItsBeginning(bool ignoresIfRange)
    {
        var text = new string('n', 100_000);
        _server.Breaks.Enqueue(40_000);
        _server.IgnoresIfRange = ignoresIfRange;

        // Counts from the second request on: the first answer has its bytes by now.
        _server.Change = _ => (_server.Content, _server.Tag) = (Encoding.ASCII.GetBytes(text), "\"v2\"");
        using var client = Client();
        var calls = new SourceCalls(
            "things",
            new BackoffPolicy(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)),
            TimeSpan.FromSeconds(100),
            _time,
            new Random(1),
            NullLogger.Instance
        );
        var content = new FollowedContent(_server, new RestContent(client, RestRequest.Get("f").AsFile(), "f.txt", -1));
        using var read = await new ContentReader(new ContentOptions(), extractor: null, calls).ReadAsync(content, Cancellation);
        Assert.Equal(text, Encoding.UTF8.GetString(read.Utf8.Span));
        Assert.Equal(3, _server.Requests.Count);
    }

    [Theory]
    [InlineData("bytes 0-99999/100000")]
    [InlineData("bytes 40001-99999/100000")]
    [InlineData("bytes 40000-99999/100001")]
    [InlineData("bytes 40000-99998/100000")]
    [InlineData("bytes 40000-99999/*")]
    [InlineData("items 40000-99999/100000")]
    [InlineData("bytes */100000")]
    [InlineData("whatever")]
    [InlineData("")]
    public async Task ARangeThatIsNotTheRestIsRefused(string range)
    {
        _server.Change = context =>
        {
            if (context.Response.StatusCode == StatusCodes.Status206PartialContent)
            {
                context.Response.Headers.ContentRange = range;
            }
        };
        await AssertFailsAsync(requests: 2);
    }

    [Theory]
    [InlineData("\"v2\"")]
    [InlineData("W/\"v1\"")]
    [InlineData("")]
    public async Task ARangeOfAnotherVersionIsRefused(string tag)
    {
        _server.Change = context =>
        {
            if (context.Response.StatusCode == StatusCodes.Status206PartialContent)
            {
                context.Response.Headers.ETag = tag;
            }
        };
        await AssertFailsAsync(requests: 2);
    }

    [Theory]
    [InlineData("Accept-Ranges", "none")]
    [InlineData("Accept-Ranges", "")]
    [InlineData("ETag", "W/\"v1\"")]
    [InlineData("ETag", "v1")]
    public async Task WithoutWhatTellsTheVersionNothingIsAskedAgain(string header, string value)
    {
        _server.Change = context => context.Response.Headers[header] = value;
        await AssertFailsAsync(requests: 1);
    }

    [Theory]
    [InlineData("Sat, 01 Jun 2024 12:00:59 GMT", 1)]
    [InlineData("Sat, 01 Jun 2024 12:01:00 GMT", 2)]
    public async Task ATimeOfChangeTellsTheVersionOnlyWhenItIsAWhileAgo(string date, int requests)
    {
        _server.Tag = null;
        _server.Change = context =>
        {
            context.Response.Headers.Date = date;
            if (context.Response.StatusCode == StatusCodes.Status206PartialContent)
            {
                context.Response.Headers.LastModified = "Sat, 01 Jun 2024 11:59:59 GMT";
            }
        };
        await AssertFailsAsync(requests);
    }

    [Fact]
    public async Task WhatWasPackedOnTheWayIsNotAskedForByRange()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true))
        {
            await gzip.WriteAsync(_server.Content, Cancellation);
        }

        _server.Content = packed.ToArray();
        _server.Change = context => context.Response.Headers.ContentEncoding = "gzip";
        _server.Breaks.Enqueue(40_000);
        _server.Unread = 20_000;
        using var client = Client();
        await using var stream = await OpenAsync(client);
        await Assert.ThrowsAnyAsync<IOException>(() => _server.ReadAsync(stream, Cancellation));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task AServiceThatPacksForWhoeverTakesItGivesTheRestAsWell()
    {
        var encodings = new ConcurrentQueue<string>();
        _server.Breaks.Enqueue(40_000);
        _server.Change = context =>
        {
            var encoding = context.Request.Headers.AcceptEncoding.ToString();
            encodings.Enqueue(encoding);
            if (encoding.Contains("gzip", StringComparison.Ordinal))
            {
                context.Response.Headers.ContentEncoding = "gzip";
            }
        };
        using var client = Client();
        await using var stream = await OpenAsync(client);
        Assert.Equal(_server.Content, await _server.ReadAsync(stream, Cancellation));
        Assert.Equal(["identity", "identity"], encodings);
    }

    [Fact]
    public async Task WhatIsReadIntoMemoryMayBePackedOnTheWay()
    {
        var encoding = string.Empty;
        _server.Change = context => encoding = context.Request.Headers.AcceptEncoding.ToString();
        using var client = Client();
        using var answer = await client.GetAsync("f", Cancellation);
        Assert.Contains("gzip", encoding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheRestIsAskedForAsOftenAsARequestIsSentAgain()
    {
        foreach (var end in Enumerable.Range(1, 9))
        {
            _server.Breaks.Enqueue(end * 10_000);
        }

        using var client = Client(retries: 2);
        await using var stream = await OpenAsync(client);
        await Assert.ThrowsAnyAsync<IOException>(() => _server.ReadAsync(stream, Cancellation));
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task WithoutRetriesNothingIsAskedAgain() => await AssertFailsAsync(requests: 1, retries: 0);

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(416)]
    public async Task ARefusalOfTheRestIsTheFaultOfTheFirstAnswer(int status)
    {
        _server.Change = context =>
        {
            if (context.Request.Headers.Range.Count > 0)
            {
                context.Response.StatusCode = status;
            }
        };
        await AssertFailsAsync(requests: 2);
    }

    [Fact]
    public async Task AServiceThatAsksToWaitGivesTheRestLater()
    {
        var refusals = 0;
        _server.Breaks.Enqueue(40_000);
        _server.Change = context =>
        {
            if (context.Request.Headers.Range.Count > 0 && refusals++ == 0)
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                context.Response.Headers.RetryAfter = "7";
            }
        };
        using var client = Client();
        await using var stream = await OpenAsync(client);
        Assert.Equal(_server.Content, await _server.ReadAsync(stream, Cancellation));
        Assert.Equal(TimeSpan.FromSeconds(7), _time.Waited);
    }

    private async Task AssertFailsAsync(int requests, int retries = 4)
    {
        _server.Breaks.Enqueue(40_000);
        using var client = Client(retries);
        await using var stream = await OpenAsync(client);
        await Assert.ThrowsAnyAsync<IOException>(() => _server.ReadAsync(stream, Cancellation));
        Assert.Equal(requests, _server.Requests.Count);
    }

    private static Task<Stream> OpenAsync(RestClient client) =>
        new RestContent(client, RestRequest.Get("f").AsFile(), "f.txt", 100_000).OpenAsync(Cancellation);

    private RestClient Client(int retries = 4)
    {
        var context = new SourceContext { Settings = SourceSettings.Empty, TimeProvider = _time };
        return new RestClient(
            new RestClientOptions
            {
                Name = "Things",
                Address = new Uri(_server.Address),
                Signer = RequestSigner.None,
                SignInHint = "Check token.",
                PermissionHint = "Grant read.",
                Retries = retries,
            },
            context,
            RestClient.CreateHttp(context, "url", ["127.0.0.1"])
        );
    }

    private sealed class FollowedContent(BreakingServer server, DocumentContent content) : DocumentContent
    {
        public override string FileName => content.FileName;

        public override long SizeInBytes => content.SizeInBytes;

        public override async Task<Stream> OpenAsync(CancellationToken cancellationToken) =>
            server.Follow(await content.OpenAsync(cancellationToken));
    }
}
