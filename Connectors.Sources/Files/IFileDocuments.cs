using Connectors.Abstractions;
using Connectors.Sources.Files.Walking;

namespace Connectors.Sources.Files;

/// <summary>What becomes of a file that a walk finds. Used by one thread at a time; it blocks.</summary>
internal interface IFileDocuments
{
    /// <summary>Whether folders are documents too.</summary>
    bool HasFolders { get; }

    /// <summary>The id of what is at a path, where the path alone tells it; <see langword="null"/> where it does not.</summary>
    string? IdOf(string path);

    /// <summary>Writes the document.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="bounds">Where the file must lie; <see langword="null"/> for anywhere.</param>
    /// <param name="path">The file's path.</param>
    /// <param name="isLink">Whether that is a symbolic link.</param>
    /// <param name="status">About what it leads to.</param>
    void Write(SourcePageBuilder page, LinkBounds? bounds, string path, bool isLink, FileStatus status);
}
