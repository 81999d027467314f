using Connectors.Abstractions;
using Connectors.Sync.Engine.Planning;
using Connectors.Sync.Engine.Staged;
using Connectors.Sync.Engine.Staged.Messages;

namespace Connectors.Tests.Support;

/// <summary>The steps that ask a source, given a source.</summary>
internal static class StagedReading
{
    public static Task<BeginResult> BeginAsync(
        this StagedSync sync,
        SyncRequest request,
        IDataSource source,
        string? fullBecause,
        CancellationToken cancellationToken
    ) => sync.BeginAsync(request, sync.ReaderOf(source), fullBecause, cancellationToken);

    public static Task<ReadPageResult> ReadPageAsync(
        this StagedSync sync,
        SyncRequest request,
        IDataSource source,
        ReadPageInput input,
        CancellationToken cancellationToken
    ) => sync.ReadPageAsync(request, sync.ReaderOf(source), input, cancellationToken);
}
