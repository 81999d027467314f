using System.Runtime.CompilerServices;
using Connectors.Abstractions;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Staging;

/// <summary>Staging in a folder of the local disk, for one machine. Safe for concurrent use, also by several processes, but that two of
/// them may both create a file with content that is to be created once.</summary>
internal sealed class LocalStagingStore : IStagingStore
{
    private const string UnfinishedSuffix = ".unfinished";

    // Before .NET moves a file to a place that must be free it looks whether it is: two that look at once may both find it so.
    private static readonly Lock Moves = new();
    private readonly string _root;

    /// <param name="folder">The folder. It need not exist yet.</param>
    public LocalStagingStore(string folder) => _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <inheritdoc/>
    public Task PutAsync(string name, Stream content, bool isText, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        return GuardAsync(name, async path =>
        {
            CreateFolderOf(path);

            await WriteAsync(path, content, overwrite: true, cancellationToken);
            return true;
        });
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) => GuardAsync(name, path =>
        {
            try
            {
                return Task.FromResult<Stream?>(
                    new FileStream(
                        path,
                        FileMode.Open,
                        FileAccess.Read,
                        FileShare.Read | FileShare.Delete,
                        128 * 1024,
                        FileOptions.Asynchronous | FileOptions.SequentialScan
                    )
                );
            }
            catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
            {
                return Task.FromResult<Stream?>(null);
            }
        });

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        GuardAsync(name, path => Task.FromResult(File.Exists(path)));

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        GuardAsync(name, async path =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            CreateFolderOf(path);
            try
            {
                if (content.IsEmpty)
                {
                    // It is whole at once, and the system makes it for one process only.
                    await using var mark = PrivateFiles.CreateNew(path);
                    return true;
                }

                using var copy = new MemoryStream(content.ToArray());
                await WriteAsync(path, copy, overwrite: false, cancellationToken);
                return true;
            }
            catch (IOException) when (File.Exists(path))
            {
                return false;
            }
        });

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folders = await GuardAsync(string.Empty, root =>
            Task.FromResult<string[]>(Directory.Exists(root) ? [.. Directory.EnumerateDirectories(root)] : [])
        );
        foreach (var folder in folders)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Path.GetFileName(folder);
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string folder, CancellationToken cancellationToken) => GuardAsync(folder, path =>
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Nothing of that name, or another process was faster.
            }

            return Task.FromResult(true);
        });

    /// <summary>Writes a file beside its place and moves it there, so that it appears whole.</summary>
    private static async Task WriteAsync(string path, Stream content, bool overwrite, CancellationToken cancellationToken)
    {
        var unfinished = $"{path}.{Guid.NewGuid():N}{UnfinishedSuffix}";
        try
        {
            await using (var file = PrivateFiles.CreateNew(unfinished, 128 * 1024, FileOptions.Asynchronous))
            {
                await content.CopyToAsync(file, cancellationToken);
            }

            if (overwrite)
            {
                File.Move(unfinished, path, overwrite);
                return;
            }

            lock (Moves)
            {
                File.Move(unfinished, path, overwrite);
            }
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Makes the folders from the root to a file.</summary>
    private void CreateFolderOf(string path)
    {
        PrivateFiles.CreateRoot(_root);
        var folder = _root;
        foreach (
            var part in Path.GetRelativePath(_root, Path.GetDirectoryName(path)!)
                .Split(Path.DirectorySeparatorChar)
                .Where(part => part != ".")
        )
        {
            folder = PrivateFiles.CreateFolder(Path.Combine(folder, part));
        }
    }

    private async Task<T> GuardAsync<T>(string name, Func<string, Task<T>> work)
    {
        var path = Path.GetFullPath(Path.Combine(_root, name));
        if (path != _root && !path.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{name}' leaves the folder.", nameof(name));
        }

        try
        {
            return await work(path);
        }
        catch (Exception failure) when (StateFolderErrors.IsDiskFailure(failure))
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                failure is UnauthorizedAccessException
                    ? $"Staging in the folder '{_root}' failed: {Sentences.Inner(failure.Message)}. Give this process's user the right to "
                        + "write there, or choose another folder."
                    : $"Staging in the folder '{_root}' failed: {Sentences.Inner(failure.Message)}. Free some space there, or choose "
                        + "another folder.",
                failure
            );
        }
    }
}
