using System.Runtime.CompilerServices;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>The jobs in a staging store.</summary>
internal static class StagedJobs
{
    /// <summary>The ids of all jobs of which anything is staged. A folder that does not say whose it is stands for itself.</summary>
    public static async IAsyncEnumerable<string> ListAsync(
        IStagingStore store,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var folder in store.ListFoldersAsync(cancellationToken))
        {
            var id = await store.OpenAsync(StagedNames.Id(folder), cancellationToken);
            if (id is null)
            {
                // Left by a step that ended after its job was forgotten.
                yield return folder;
                continue;
            }

            // An id that belongs elsewhere would have another job judged, and its staging deleted.
            using var reader = new StreamReader(id);
            var job = await reader.ReadToEndAsync(cancellationToken);
            yield return JobFolder.NameOf(job) == folder ? job : folder;
        }
    }
}
