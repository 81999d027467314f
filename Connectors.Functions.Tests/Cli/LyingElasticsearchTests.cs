using System.Text.Json.Nodes;
using Connectors.Tests.Sync.Damage;
using Xunit;

namespace Connectors.Tests.Cli;

/// <summary>What a command says when Elasticsearch, or something before it, answers what nobody expects.</summary>
public sealed class LyingElasticsearchTests : IAsyncLifetime
{
    private const string Jobs = ".elastic-connectors-sync-jobs";
    private LyingElasticsearch _elasticsearch = null!;
    private CliRun _cli = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _elasticsearch = await LyingElasticsearch.StartAsync();
        _cli = new CliRun(_elasticsearch.Uri);
        Assert.Equal(
            0,
            await _cli.RunAsync(
                "connector",
                "create",
                "--service-type",
                "dir",
                "--index",
                "search-files",
                "--name",
                "files",
                "--id",
                "f1",
                "--set",
                $"directory={_cli.Files("a.txt", "b.txt")}"
            )
        );
    }

    public async ValueTask DisposeAsync()
    {
        _cli.Dispose();
        await _elasticsearch.DisposeAsync();
    }

    [Theory]
    [InlineData("<html>Please log in</html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"hits":{"hits":[{"_id":["x"],"_source":{}}]}}""")]
    [InlineData("""{"hits":{"hits":{}}}""")]
    [InlineData("""{"hits":{"hits":[]},"hits":{"hits":[]}}""")]
    public async Task WrongAnswersAboutJobsEndInOneSentence(string body)
    {
        _elasticsearch.Lie = (path, answer) =>
            path.Contains(Jobs + "/_search", StringComparison.Ordinal) || path.Contains(Jobs + "/_doc/", StringComparison.Ordinal)
                ? new Answer(200, body)
                : null;

        var code = await _cli.RunAsync("sync", "f1");

        Assert.InRange(code, 1, 4);
        Assert.Contains("Elasticsearch at http://127.0.0.1", _cli.Out.ToString() + _cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _cli.Out.ToString() + _cli.Error, StringComparison.Ordinal);
        _elasticsearch.Lie = null;
        Assert.Equal(0, await _cli.RunAsync("sync", "f1"));
        Assert.Equal(2, _elasticsearch.Server.Count("search-files"));
    }

    [Fact]
    public async Task CredentialsThatAreRefusedInMidSyncEndTheJob()
    {
        _elasticsearch.Lie = (path, _) =>
            path.EndsWith("/_bulk", StringComparison.Ordinal)
                ? new Answer(401, """{"error":{"type":"security_exception","reason":"expired"},"status":401}""")
                : null;

        Assert.Equal(1, await _cli.RunAsync("sync", "f1"));

        var job = Job();
        Assert.Equal("error", job["status"]!.GetValue<string>());
        Assert.Contains("(401)", job["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"status":"completed","indexed_document_count":7,"deleted_document_count":2}""",
        0,
        "files: completed in N, 0 read, 0 skipped, 7 added, 0 updated, 2 deleted\n"
    )]
    [InlineData(
        """{"status":"error","error":"The disk is full."}""",
        1,
        "files: failed after N, 0 read, 0 skipped, 0 added, 0 updated, 0 deleted: The disk is full.\n"
    )]
    [InlineData("""{"status":"canceled"}""", 1, "files: canceled after N, 0 read, 0 skipped, 0 added, 0 updated, 0 deleted\n")]
    public async Task AJobThatAnotherProcessRunsIsFollowedToItsEnd(string end, int code, string told)
    {
        EndElsewhere(end);

        Assert.Equal(code, await _cli.RunAsync("sync", "f1"));

        Assert.Equal(
            "files: sync of dir into search-files is run by host-9\n" + told,
            System.Text.RegularExpressions.Regex.Replace(
                _cli.Out.ToString(),
                "(?<word>in|after) [0-9.:]+(?: s)?",
                "${word} N",
                System.Text.RegularExpressions.RegexOptions.None,
                TimeSpan.FromSeconds(1)
            )
        );
    }

    [Fact]
    public async Task TheEndOfASyncThatDidNotComeToItTellsHowManyDocumentsTheIndexHolds()
    {
        EndElsewhere("""{"status":"canceled","total_document_count":7}""");

        Assert.Equal(1, await _cli.RunAsync("sync", "f1", "--json"));

        var ended = _cli.Out.ToString().Split('\n').Single(line => line.Contains("\"sync_ended\"", StringComparison.Ordinal));
        Assert.Equal(7, (int?)JsonNode.Parse(ended)!["total_documents"]);
    }

    private void EndElsewhere(string end)
    {
        // The other one is faster: it has taken the job, and ended it, before we can.
        _elasticsearch.Lie = (path, answer) =>
        {
            if (path.Contains(Jobs + "/_create/", StringComparison.Ordinal) && answer.Status == 201)
            {
                var id = JsonNode.Parse(answer.Body)!["_id"]!.GetValue<string>();
                var job = JsonNode.Parse(_elasticsearch.Server.Get(Jobs, id)!)!.AsObject();
                job["worker_hostname"] = "host-9";
                foreach (var (name, value) in JsonNode.Parse(end)!.AsObject())
                {
                    job[name] = value!.DeepClone();
                }

                _elasticsearch.Server.Put(Jobs, id, job.ToJsonString());
            }

            return null;
        };
    }

    private JsonObject Job()
    {
        var job = Assert.Single(_elasticsearch.Server.Ids(Jobs));
        return JsonNode.Parse(_elasticsearch.Server.Get(Jobs, job)!)!.AsObject();
    }
}
