using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Emulator;

public sealed class PipelineTests : IAsyncLifetime
{
    private EmulatorServer _server = null!;
    private EmulatorClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EmulatorServer.StartAsync(new EmulatorOptions(), EmulatorClient.Token);
        _client = new EmulatorClient(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(
        """{"_reduce_whitespace":true,"_extract_binary_content":true,"_run_ml_inference":true,"body":"  a \n b  ","n":1}""",
        """{"body":"a b","n":1}"""
    )]
    [InlineData(
        """{"_reduce_whitespace":false,"_run_ml_inference":false,"_extract_binary_content":false,"body":"  a  "}""",
        """{"body":"  a  "}"""
    )]
    [InlineData("""{"n":1.50,"t":"é\u00e9"}""", """{"n":1.50,"t":"é\u00e9"}""")]
    [InlineData(
        """{"_extract_binary_content":true,"_attachment":"aGVsbG8="}""",
        """{"_ingestion_errors":["Processor 'attachment' in pipeline 'search-default-ingestion' failed: The emulator does not know how to extract text from an attachment"]}"""
    )]
    public async Task TheDefaultPipelineTakesTheFlagsAway(string source, string stored)
    {
        await _client.SendAsync("POST /x/_bulk?pipeline=search-default-ingestion", $$$"""{"index":{"_id":"1"}}""" + "\n" + source + "\n");
        await _client.SendAsync("PUT /x/_doc/2?pipeline=search-default-ingestion", source);

        Assert.Equal(stored, _server.Get("x", "1"));
        Assert.Equal(stored, _server.Get("x", "2"));
    }

    [Theory]
    [InlineData("""{"set":{"field":"a.b","value":"{{n}} of {{_id}}"}}""", """{"n":1,"a":{"b":"1 of 1"}}""")]
    [InlineData("""{"set":{"field":"n","value":2,"override":false}}""", """{"n":1}""")]
    [InlineData("""{"set":{"field":"m","copy_from":"n"}}""", """{"n":1,"m":1}""")]
    [InlineData("""{"set":{"field":"n","value":2,"if":"ctx.n == 1"}}""", """{"n":2}""")]
    [InlineData("""{"set":{"field":"n","value":2,"if":"ctx?.m != null"}}""", """{"n":1}""")]
    [InlineData("""{"rename":{"field":"n","target_field":"o.p"}}""", """{"o":{"p":1}}""")]
    [InlineData("""{"remove":{"field":"m","ignore_failure":true}}""", """{"n":1}""")]
    [InlineData(
        """{"remove":{"field":"m","on_failure":[{"set":{"field":"why","value":"{{ _ingest.on_failure_message }}"}}]}}""",
        """{"n":1,"why":"field [m] not present as part of path [m]"}"""
    )]
    [InlineData("""{"append":{"field":"tags","value":["a","b"]}}""", """{"n":1,"tags":["a","b"]}""")]
    public async Task AProcessorDoesWhatItSays(string processor, string stored)
    {
        Assert.Equal(200, (await _client.SendAsync("PUT /_ingest/pipeline/p", $$"""{"processors":[{{processor}}]}""")).Status);

        await _client.SendAsync("PUT /x/_doc/1?pipeline=p", """{"n":1}""");

        Assert.Equal(stored, _server.Get("x", "1"));
    }

    [Theory]
    [InlineData("""{"script":{"source":"ctx.a = 1"}}""", "No processor type exists with name [script]")]
    [InlineData("""{"set":{"field":"a","value":1,"if":"ctx.a.contains('x')"}}""", "The emulator does not know the condition")]
    [InlineData("""{"set":{"field":"_id","value":1}}""", "The emulator does not know processors that change [_id]")]
    [InlineData("""{"set":{"value":1}}""", "[field] required property is missing")]
    [InlineData(
        """{"trim":{"field":"a","colour":"red"}}""",
        "processor [trim] doesn't support one or more provided configuration parameters [colour]"
    )]
    public async Task AProcessorItDoesNotKnowIsRefusedWhenItIsPut(string processor, string reason)
    {
        var (status, answer) = await _client.SendAsync("PUT /_ingest/pipeline/p", $$"""{"processors":[{{processor}}]}""");

        Assert.Equal(400, status);
        Assert.StartsWith(reason, (string?)answer!["error"]!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnIndexMayHaveAPipelineOfItsOwn()
    {
        await _client.SendAsync("PUT /_ingest/pipeline/p", """{"processors":[{"set":{"field":"a","value":true}}]}""");
        await _client.SendAsync("PUT /x", """{"settings":{"index.default_pipeline":"p"}}""");

        await _client.SendAsync("PUT /x/_doc/1", "{}");
        await _client.SendAsync("PUT /x/_doc/2?pipeline=_none", "{}");

        Assert.Equal("""{"a":true}""", _server.Get("x", "1"));
        Assert.Equal("{}", _server.Get("x", "2"));
    }
}
