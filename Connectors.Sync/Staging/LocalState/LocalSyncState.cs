using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Connectors.Sync.Engine;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>
/// The state of one job on local disk: a plan, the snapshot, and a journal with a record for each finished step. A process may be killed at
/// any moment: the plan is replaced atomically, and a record that was cut off is ignored, as is everything after it, so that its step is
/// done again.
/// </summary>
/// <remarks>The folder is locked until this is disposed. <see cref="AppendAsync"/> may be called concurrently.</remarks>
internal sealed class LocalSyncState(string folder, string jobId, FileStream heldLock) : IDisposable
{
    private const string PlanName = "plan.json";
    private const string JournalName = "journal";
    private byte[] _planHash = new byte[SyncJournal.PlanHashBytes];
    private SyncJournal? _journal;
    private SyncCounts _writtenBefore;

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>Whether a folder holds the state of a sync that got as far as its plan.</summary>
    public static bool HasPlan(string folder) => File.Exists(Path.Combine(folder, PlanName));

    /// <summary>Deletes everything but the lock.</summary>
    public static void Clear(string folder)
    {
        // The plan first: without it the rest counts for nothing.
        Delete(new FileInfo(Path.Combine(folder, PlanName)));
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => entry.Name != "lock"))
        {
            Delete(entry);
        }
    }

    /// <summary>The plan, or <see langword="null"/> when there is none.</summary>
    /// <exception cref="InvalidDataException">There is one, but it can't be used.</exception>
    public StoredPlan? ReadPlan()
    {
        var path = RequireNoLink(PlanName);
        if (!Path.Exists(path))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var text = json.RootElement.GetProperty("plan").GetRawText();
            var hash = XxHash128.Hash(Encoding.UTF8.GetBytes(text));
            if (json.RootElement.GetProperty("hash").GetString() != Convert.ToHexStringLower(hash))
            {
                throw new InvalidDataException("The plan is damaged.");
            }

            var plan = JsonSerializer.Deserialize(text, StateJson.Default.StoredPlan);
            if (plan is not { Format: StoredPlan.CurrentFormat, IsWhole: true } || plan.JobId != jobId)
            {
                throw new InvalidDataException("The plan is of another version or another job.");
            }

            _planHash = hash;
            return plan;
        }
        catch (Exception failure)
            when (failure
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or NotSupportedException
                        or ArgumentException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            throw new InvalidDataException("The plan is damaged.", failure);
        }
    }

    /// <summary>Forgets everything and starts with an empty folder.</summary>
    /// <param name="keepsCounts">Whether what the job has written is still counted as written by it.</param>
    public void Reset(bool keepsCounts = false)
    {
        _journal?.Dispose();
        _journal = null;
        var written = keepsCounts ? SyncJournal.WrittenBy(Path.Combine(folder, JournalName), jobId) : default;
        _writtenBefore = keepsCounts && written == default ? _writtenBefore : written;
        Clear(folder);
    }

    /// <summary>Writes the plan; from here on the sync can be resumed.</summary>
    public async Task WritePlanAsync(StoredPlan plan, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, PlanName);
        var written = path + ".new";
        var text = JsonSerializer.Serialize(plan with { JobId = jobId }, StateJson.Default.StoredPlan);
        _planHash = XxHash128.Hash(Encoding.UTF8.GetBytes(text));
        try
        {
            await using (var file = PrivateFiles.Create(written))
            {
                await file.WriteAsync(
                    Encoding.UTF8.GetBytes($$"""{"hash":"{{Convert.ToHexStringLower(_planHash)}}","plan":{{text}}}"""),
                    cancellationToken
                );
                await file.FlushAsync(cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(written, path, overwrite: true);
        }
        catch (Exception failure) when (StateFolderErrors.IsDiskFailure(failure))
        {
            throw StateFolderErrors.Explain("The plan of the sync", folder, failure);
        }
    }

    /// <summary>Opens the journal, hands every good record to <paramref name="receive"/>, and cuts off what is not good.</summary>
    /// <exception cref="InvalidDataException">It belongs to another plan, or can't be read.</exception>
    public void OpenJournal(Action<JournalRecord> receive)
    {
        try
        {
            _journal = SyncJournal.Open(RequireNoLink(JournalName), jobId, _planHash, receive);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The journal can't be used: {failure.Message}", failure);
        }

        if (_journal.IsNew && _writtenBefore != default)
        {
            var before = new WrittenBefore(_writtenBefore);
            _journal.Append(before);
            receive(before);
        }
    }

    /// <summary>Appends a record. When it returns, the record outlives the process.</summary>
    public async Task AppendAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        try
        {
            await (_journal ?? throw new InvalidOperationException("Open the journal first.")).AppendAsync(record, cancellationToken);
        }
        catch (Exception failure) when (StateFolderErrors.IsDiskFailure(failure))
        {
            throw StateFolderErrors.Explain("The progress of the sync", folder, failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _journal?.Dispose();
        heldLock.Dispose();
    }

    /// <summary>A file of ours that somebody replaced by a link to another place counts as damaged, and the link goes when the job starts
    /// over.</summary>
    private string RequireNoLink(string name)
    {
        var path = Path.Combine(folder, name);
        return new FileInfo(path).LinkTarget is null ? path : throw new InvalidDataException($"'{path}' is a symbolic link.");
    }

    private static void Delete(FileSystemInfo entry)
    {
        // A link is deleted and never followed; a folder has no business here.
        if (entry is FileInfo && Directory.Exists(entry.FullName) && entry.LinkTarget is null)
        {
            entry = new DirectoryInfo(entry.FullName);
        }

        if (entry is DirectoryInfo { LinkTarget: null } folder)
        {
            folder.Delete(recursive: true);
        }
        else if (entry.Exists || entry.LinkTarget is not null)
        {
            entry.Delete();
        }
    }
}
