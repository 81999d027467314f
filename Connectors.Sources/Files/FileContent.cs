using Connectors.Abstractions;
using Connectors.Sources.Files.Walking;

namespace Connectors.Sources.Files;

/// <summary>A file's bytes.</summary>
/// <param name="tree">Where it is read.</param>
/// <param name="bounds">Where it must lie; <see langword="null"/> for anywhere.</param>
/// <param name="path">Its path.</param>
/// <param name="name">Its name.</param>
/// <param name="size">Its size when it was listed.</param>
internal sealed class FileContent(IFileTree tree, LinkBounds? bounds, string path, string name, long size) : DocumentContent
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
                { Kind: FileKind.File } => OpenInside(),
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

    private Stream OpenInside()
    {
        var opened = tree.Open(path);
        if (bounds?.Holds(opened) != false)
        {
            return opened;
        }

        opened.Dispose();
        throw new ConnectorException(FailureKind.Skip, $"{path}: a link to a place outside of the directory has taken its place");
    }
}
