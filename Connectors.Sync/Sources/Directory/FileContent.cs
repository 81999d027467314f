namespace Connectors.Sync.Sources.Directory;

/// <summary>A file's bytes.</summary>
internal sealed class FileContent(IFileTree tree, string path, string name, long size) : DocumentContent
{
    public override string FileName => name;

    public override long SizeInBytes => size;

    public override Task<Stream> OpenAsync(CancellationToken cancellationToken) => Task.Run(Open, cancellationToken);

    private Stream Open()
    {
        try
        {
            // Something else may stand there by now, and opening a pipe would wait for a writer.
            return tree.Find(path) switch
            {
                { Kind: FileKind.File } => tree.Open(path),
                null => throw Gone(),
                _ => throw new ConnectorException(FailureKind.Skip, $"{path}: no longer an ordinary file"),
            };
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Gone();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(FailureKind.Skip, $"{path}: can't be opened: {failure.Message}", failure);
        }
    }

    private ConnectorException Gone() => new(FailureKind.Skip, $"{path}: no longer there") { IsGone = true };
}
