using Connectors.Abstractions;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>
/// Where the state of running syncs is kept on local disk: a folder for each job, held by one process at a time. The folder may be deleted
/// at any time; the jobs then start over.
/// </summary>
internal sealed class LocalSyncStateStore(string stateFolder)
{
    private const string What = "The state of the sync";
    private readonly string _root = Path.GetFullPath(stateFolder);
    private readonly string _jobs = Path.Combine(Path.GetFullPath(stateFolder), "jobs");

    /// <summary>Takes the job's folder, making it if need be.</summary>
    /// <exception cref="ConnectorException">Another process has it, or the folder can't be written.</exception>
    public LocalSyncState Open(string jobId)
    {
        var folder = FolderOf(jobId);
        try
        {
            PrivateFiles.CreateRoot(_root);
            PrivateFiles.CreateFolder(_jobs);
            PrivateFiles.CreateFolder(folder);
        }
        catch (IOException failure)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"The state folder '{folder}' can't be used: {Sentences.Inner(failure.Message)}. Mend that, or set service.state_dir to "
                    + "another folder.",
                failure
            );
        }
        catch (UnauthorizedAccessException denied)
        {
            throw StateFolderErrors.Explain(What, folder, denied);
        }

        try
        {
            return new LocalSyncState(folder, jobId, Lock(folder));
        }
        catch (IOException failure)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"The state folder '{folder}' can't be used: {Sentences.Inner(failure.Message)}. Another process may be running this job: "
                    + "leave it to that one, or set service.state_dir to another folder.",
                failure
            );
        }
        catch (UnauthorizedAccessException denied)
        {
            throw StateFolderErrors.Explain(What, folder, denied);
        }
    }

    /// <summary>Whether state of that job is kept and no other process holds it.</summary>
    public bool CanResume(string jobId)
    {
        var folder = FolderOf(jobId);
        if (!LocalSyncState.HasPlan(folder))
        {
            return false;
        }

        try
        {
            Lock(folder).Dispose();
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The jobs of which anything is kept, held by a process or not. A job whose id can't be the name of a folder is left out;
    /// Elasticsearch and this program make no such ids.</summary>
    public IReadOnlyList<string> Kept()
    {
        try
        {
            return Directory.Exists(_jobs) ? [.. Directory.EnumerateDirectories(_jobs).Select(path => Path.GetFileName(path))] : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Whoever needs the folder says what is wrong with it.
            return [];
        }
    }

    /// <summary>Deletes what is kept of a job, unless another process holds it.</summary>
    public void Forget(string jobId)
    {
        var folder = FolderOf(jobId);
        if (!Directory.Exists(folder))
        {
            return;
        }

        try
        {
            using (Lock(folder))
            {
                LocalSyncState.Clear(folder);
            }

            Directory.Delete(folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Held by another process, or unwritable: nothing depends on its being gone.
        }
    }

    // .NET takes an advisory lock (flock) for FileShare.None on Unix, and it goes with the process.
    private static FileStream Lock(string folder) => PrivateFiles.OpenOrCreate(Path.Combine(folder, "lock"));

    private string FolderOf(string jobId) => Path.Combine(_jobs, JobFolder.NameOf(jobId));
}
