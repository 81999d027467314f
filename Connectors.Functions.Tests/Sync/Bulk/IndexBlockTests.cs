using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Xunit;

namespace Connectors.Tests.Sync.Bulk;

public sealed class IndexBlockTests
{
    [Theory]
    [InlineData(
        "index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];",
        FailureKind.Retry,
        "flood-stage watermark"
    )]
    [InlineData(
        "index [a] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)];",
        FailureKind.Retry,
        "index.blocks.read_only_allow_delete"
    )]
    [InlineData("index [a] blocked by: [FORBIDDEN/8/index write (api)];", FailureKind.Fatal, "index.blocks.write")]
    [InlineData("index [a] blocked by: [FORBIDDEN/5/index read-only (api)];", FailureKind.Fatal, "index.blocks.read_only)")]
    [InlineData("index [a] blocked by: [FORBIDDEN/7/index read (api)];", FailureKind.Fatal, "index.blocks.read)")]
    [InlineData("index [a] blocked by: [FORBIDDEN/9/index metadata (api)];", FailureKind.Fatal, "index.blocks.metadata")]
    [InlineData("blocked by: [FORBIDDEN/6/cluster read-only (api)];", FailureKind.Fatal, "cluster.blocks.read_only")]
    [InlineData("blocked by: [SERVICE_UNAVAILABLE/2/no master];", FailureKind.Retry, "no master")]
    [InlineData("index [a] blocked by: [FORBIDDEN/99/new];", FailureKind.Fatal, "FORBIDDEN/99/new")]
    [InlineData("blocked", FailureKind.Fatal, "'a' is blocked: blocked. Remove the block")]
    public void EachBlockHasItsWayOut(string reason, FailureKind kind, string words)
    {
        var failure = IndexBlock.Failure("a", new BulkError("cluster_block_exception", reason))!;
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("privilege", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoBlockIsLeftToOthers()
    {
        Assert.Null(IndexBlock.Failure("a", null));
        Assert.Null(IndexBlock.Failure("a", new BulkError("security_exception", "action [x] is unauthorized")));
    }
}
