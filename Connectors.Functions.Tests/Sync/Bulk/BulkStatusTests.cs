using Connectors.Sync.Bulk;
using Xunit;

namespace Connectors.Tests.Sync.Bulk;

public sealed class BulkStatusTests
{
    [Theory]
    [InlineData(200, "Done")]
    [InlineData(0, "Retry")]
    [InlineData(408, "Retry")]
    [InlineData(429, "Retry")]
    [InlineData(500, "Retry")]
    [InlineData(502, "Retry")]
    [InlineData(503, "Retry")]
    [InlineData(504, "Retry")]
    [InlineData(400, "Split")]
    [InlineData(413, "Split")]
    [InlineData(401, "Fatal")]
    [InlineData(403, "Fatal")]
    [InlineData(404, "Fatal")]
    [InlineData(405, "Fatal")]
    public void AWholeCallIsClassifiedOnce(int status, string action) => Assert.Equal(action, BulkStatus.ClassifyCall(status).ToString());

    [Theory]
    [InlineData(200, false, null, "Done")]
    [InlineData(201, false, null, "Done")]
    [InlineData(404, true, null, "Done")]
    [InlineData(404, true, "index_not_found_exception", "Fatal")]
    [InlineData(404, false, "index_not_found_exception", "Fatal")]
    [InlineData(429, false, "es_rejected_execution_exception", "Retry")]
    [InlineData(429, false, "cluster_block_exception", "Retry")]
    [InlineData(503, false, "unavailable_shards_exception", "Retry")]
    [InlineData(500, false, "some_exception", "Retry")]
    [InlineData(400, false, "document_parsing_exception", "Skip")]
    [InlineData(409, false, "version_conflict_engine_exception", "Skip")]
    [InlineData(413, false, "x", "Skip")]
    [InlineData(401, false, "security_exception", "Fatal")]
    [InlineData(403, false, "security_exception", "Fatal")]
    public void AnItemIsClassifiedOnce(int status, bool isDelete, string? errorType, string action) =>
        Assert.Equal(action, BulkStatus.ClassifyItem(status, isDelete, errorType).ToString());
}
