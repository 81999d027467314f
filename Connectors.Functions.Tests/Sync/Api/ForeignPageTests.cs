using System.Net;
using System.Text;
using Connectors.Emulator;
using Connectors.Tests.Cli.Ui;
using Connectors.Tests.Functions;
using Xunit;

namespace Connectors.Tests.Sync.Api;

/// <summary>Another web page in the browser of whoever runs one of the servers of this machine: the emulator, the local host, the status
/// page.</summary>
public sealed class ForeignPageTests : IAsyncLifetime
{
    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false });
    private EmulatorServer _emulator = null!;
    private MemoryAppFixture _functions = null!;
    private PollFixture _poll = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What a page can send, and what it is answered.</summary>
    public static TheoryData<string, string, string?, int> Attacks =>
        new()
        {
            // By a name of its own that leads to 127.0.0.1 (DNS rebinding).
            { "Host", "evil.example", "application/json", 421 },
            { "Host", "evil.example:80", "application/json", 421 },
            { "Host", "127.0.0.1.evil.example", "application/json", 421 },
            { "Host", "localhost.", "application/json", 421 },
            { "Host", "[::2]", "application/json", 421 },
            { "Host", "0.0.0.0", "application/json", 421 },
            { "Origin", "http://evil.example", "application/json", 403 },
            { "Origin", "null", "application/json", 403 },
            { "Origin", "http://127.0.0.1:1", "application/json", 403 },
            { "Origin", "file://", "application/json", 403 },
            { "Sec-Fetch-Site", "cross-site", "application/json", 403 },
            { "Sec-Fetch-Site", "same-site", "application/json", 403 },
            { "Sec-Fetch-Site", "none", "application/json", 403 },
            // Forms, of browsers so old that they say nothing of where they come from.
            { "X", "y", "application/x-www-form-urlencoded", 415 },
            { "X", "y", "multipart/form-data; boundary=x", 415 },
            { "X", "y", "text/plain", 415 },
            { "X", "y", "application/jsonx", 415 },
            { "X", "y", null, 415 },
        };

    public async ValueTask InitializeAsync()
    {
        _emulator = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        _functions = await new MemoryAppFixture().StartAsync();
        _functions.AddConnector();
        _poll = await PollFixture.OpenAsync();
        await _poll.MirrorAsync("f1", "files", 1);
        await _poll.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _poll.DisposeAsync();
        await _functions.DisposeAsync();
        await _emulator.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task ItChangesNothing(string header, string value, string? contentType, int status)
    {
        // The emulator says what Elasticsearch says to a body that is no JSON.
        foreach (
            var (method, uri, body, expected) in new[]
            {
                ("POST", new Uri(_functions.Host.Uri, "api/connectors/c1/syncs"), """{"allowMassDelete":true}""", status),
                ("POST", new Uri(_functions.Host.Uri, "admin/functions/PollConnectors"), "{}", status),
                ("POST", new Uri(_poll.Page, "/api/connectors/f1/syncs"), "{}", status),
                (
                    "PUT",
                    new Uri(_emulator.Uri, "_connector/mine"),
                    """{"service_type":"dir","index_name":"search-x"}""",
                    status == 415 ? 406 : status
                ),
                ("POST", new Uri(_emulator.Uri, "x/_doc/1"), "{}", status == 415 ? 406 : status),
            }
        )
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), uri)
            {
                Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
            };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            request.Headers.TryAddWithoutValidation(header, value);

            using var answer = await _http.SendAsync(request, Token);

            Assert.Equal((uri, expected), (uri, (int)answer.StatusCode));
            SaysWhatItHasTo(answer);
        }

        Assert.Empty(_functions.JobIds);
        Assert.Empty(_emulator.IndexNames);
        Assert.Equal(0, _poll.Elasticsearch.Count(".elastic-connectors-sync-jobs"));
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    public async Task ItReadsNothing(string host)
    {
        _emulator.Put("search-x", "1", """{"secret":"hunter2"}""");
        foreach (
            var uri in (Uri[])
                [
                    new(_emulator.Uri, "search-x/_search"),
                    new(_functions.Host.Uri, "api/connectors"),
                    new(_functions.Host.Uri, "api/ui"),
                    new(_poll.Page, "/api/connectors"),
                    _poll.Page,
                ]
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Headers = { Host = host } };
            using var answer = await _http.SendAsync(request, Token);

            Assert.Equal((uri, HttpStatusCode.MisdirectedRequest), (uri, answer.StatusCode));
            Assert.DoesNotContain("hunter2", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
            SaysWhatItHasTo(answer);
        }
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("LOCALHOST:9200")]
    public async Task ThisMachineIsAnswered(string host)
    {
        foreach (var uri in (Uri[])[_emulator.Uri, new(_functions.Host.Uri, "api/connectors"), new(_poll.Page, "/api/connectors")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri) { Headers = { Host = host } };
            using var answer = await _http.SendAsync(request, Token);
            Assert.Equal((uri, HttpStatusCode.OK), (uri, answer.StatusCode));
            SaysWhatItHasTo(answer);
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("\u00ff\u00fe")]
    [InlineData("{\"type\":\"\u00ed\u00a0\u0080\"}")]
    [InlineData("{\"type\":\"\\ud800\"}")]
    [InlineData("{\"\\udfff\":1}")]
    [InlineData("{\"type\":[\"\\ud800x\"]}")]
    [InlineData("{\"reindex\":\"\\ud800\"}")]
    public async Task ABodyThatIsNoTextIsABadRequestAndNotABreakdown(string latin1)
    {
        foreach (var uri in (Uri[])[new(_functions.Host.Uri, "api/connectors/c1/syncs"), new(_poll.Page, "/api/connectors/f1/syncs")])
        {
            using var body = new ByteArrayContent(Encoding.Latin1.GetBytes(latin1))
            {
                Headers = { { "Content-Type", "application/json" } },
            };
            using var answer = await _http.PostAsync(uri, body, Token);
            Assert.Equal((uri, HttpStatusCode.BadRequest), (uri, answer.StatusCode));
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    private static void SaysWhatItHasTo(HttpResponseMessage answer)
    {
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.True(answer.Headers.CacheControl?.NoStore == true || answer.Headers.CacheControl?.NoCache == true, "it may be kept");
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }
}
