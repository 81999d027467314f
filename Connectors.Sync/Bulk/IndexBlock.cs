using Connectors.Abstractions;

namespace Connectors.Sync.Bulk;

/// <summary>Blocks on an index or a cluster, told apart by the number that Elasticsearch gives each:
/// <c>FORBIDDEN/8/index write (api)</c>.</summary>
internal static class IndexBlock
{
    private const string ErrorType = "cluster_block_exception";

    /// <summary>What to throw for a block; <see langword="null"/> when the error is none.</summary>
    /// <param name="indexName">What was to be written.</param>
    /// <param name="error">The error.</param>
    public static ConnectorException? Failure(string indexName, BulkError? error) =>
        error is not { Type: ErrorType }
            ? null
            : NumberOf(error.Reason) switch
            {
                12 => new ConnectorException(
                    FailureKind.Retry,
                    $"Elasticsearch has too little disk space to write to '{indexName}': a node is over the flood-stage watermark. Free "
                        + "or add disk space, and the block goes by itself; if index.blocks.read_only_allow_delete was set by hand, set it "
                        + "to null."
                ),
                8 => new ConnectorException(
                    $"'{indexName}' is blocked from being written to (index.blocks.write). A lifecycle policy (ILM) or somebody set the "
                        + "block: set it to null, or attach an index that no policy makes read-only."
                ),
                5 => new ConnectorException(
                    $"'{indexName}' is read-only (index.blocks.read_only). Set the block to null, or attach another index."
                ),
                7 => new ConnectorException(
                    $"'{indexName}' is blocked from being read (index.blocks.read). Set the block to null, or attach another index."
                ),
                9 => new ConnectorException(
                    $"The mapping of '{indexName}' may not be changed (index.blocks.metadata). Set the block to null, or attach another "
                        + "index."
                ),
                6 or 13 => new ConnectorException(
                    $"The whole cluster is read-only, so nothing can be written to '{indexName}' (cluster.blocks.read_only, "
                        + "cluster.blocks.read_only_allow_delete). Set the block to null."
                ),
                1 or 2 => new ConnectorException(
                    FailureKind.Retry,
                    $"Elasticsearch can't write to '{indexName}' at the moment, because it has no master or is still starting. See "
                        + "whether its nodes find each other."
                ),
                _ => new ConnectorException(
                    $"'{indexName}' is blocked: {Sentences.Inner(error.Reason)}. Remove the block, or attach another index."
                ),
            };

    /// <summary>The number between the first two slashes; 0 when there is none.</summary>
    private static int NumberOf(string reason) =>
        reason.Split('/') is [_, var number, _, ..]
        && int.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out var known)
            ? known
            : 0;
}
