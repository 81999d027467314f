using System.Text.Json.Nodes;
using Connectors.Emulator;
using Connectors.Sync.Configuration;
using Connectors.Sync.Content;
using Connectors.Sync.Content.Extraction;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Service.Jobs;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Files;
using Connectors.Tests.Sync.Elasticsearch;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Content.Extraction;

/// <summary>From files in a folder to documents in an index, as a connector of the source dir does it.</summary>
public sealed class ExtractionFromFilesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFolderOfFilesOfAllKindsIsIndexedWithItsText()
    {
        using var files = new TemporaryFolder();
        using var state = new TemporaryFolder();
        await File.WriteAllBytesAsync(Path.Combine(files.Path, "a.docx"), MadeFiles.Word("word text", "note"), Token);
        await File.WriteAllBytesAsync(Path.Combine(files.Path, "b.pdf"), MadeFiles.Pdf("pdf text"), Token);
        await File.WriteAllBytesAsync(Path.Combine(files.Path, "c.docx"), MadeFiles.ZipBomb(mebibytes: 100), Token);
        await File.WriteAllTextAsync(Path.Combine(files.Path, "d.txt"), "plain text", Token);
        await File.WriteAllBytesAsync(Path.Combine(files.Path, "e.jpg"), [0xFF, 0xD8, 0, 0], Token);
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var gateway = GatewayFixture.GatewayOf(server.Uri, TimeProvider.System);
        await using var extraction = new ContentExtraction(
            new ContentOptions { Local = new LocalExtractionOptions() },
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        var catalog = new SourceCatalog(
            ServiceConfiguration.Read(null, new Dictionary<string, string>(), Shipped.Classes).Configuration!.Sources,
            state.Path,
            NullLoggerFactory.Instance,
            TimeProvider.System
        );
        await using var source = catalog.Create("dir", new JsonObject { ["directory"] = new JsonObject { ["value"] = files.Path } });

        var engine = EngineFixture.EngineOf(
            gateway.Content,
            new SyncEngineOptions { StateFolder = state.Path },
            TimeProvider.System,
            extraction
        );
        var request = new SyncRequest
        {
            JobId = "j",
            ConnectorId = "c",
            ServiceType = "dir",
            IndexName = "search-files",
            Fingerprint = "f",
        };
        var outcome = await engine.RunAsync(request, source, new SyncProgress(), default, Token);

        var bodies = server
            .Ids("search-files")
            .Select(id => JsonNode.Parse(server.Get("search-files", id)!)!)
            .ToDictionary(item => (string)item["filename"]!, item => (string?)item["body"]);
        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["a.docx"] = "word text\nnote",
                ["b.pdf"] = "pdf text",
                ["c.docx"] = null,
                ["d.txt"] = "plain text",
                ["e.jpg"] = null,
            },
            bodies
        );
        var rejection = Assert.Single(outcome.Rejections.Samples);
        Assert.Equal("content", rejection.Type);
        Assert.Contains("c.docx", rejection.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AConnectorsFieldChoosesTheExtractionService(bool isOn)
    {
        var configuration = new JsonObject
        {
            ["directory"] = new JsonObject { ["value"] = "/srv" },
            ["use_text_extraction_service"] = new JsonObject { ["value"] = isOn },
        };
        var connector = new ConnectorRecord(
            new StoredDocument(
                "c",
                new JsonObject
                {
                    ["index_name"] = "search-a",
                    ["service_type"] = "dir",
                    ["configuration"] = configuration,
                },
                1,
                1
            )
        );
        var catalog = new SourceCatalog(
            ServiceConfiguration.Read(null, new Dictionary<string, string>(), Shipped.Classes).Configuration!.Sources,
            "/none",
            NullLoggerFactory.Instance,
            TimeProvider.System
        );

        Assert.Equal(isOn, JobSetup.DryRun(connector, catalog.Describe("dir")).UseExtractionService);
    }
}
