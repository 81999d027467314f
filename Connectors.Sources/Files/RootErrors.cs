using Connectors.Abstractions;

namespace Connectors.Sources.Files;

/// <summary>Errors about the directory itself. A folder that isn't there must never look like one that is empty: all its documents would be
/// deleted.</summary>
internal static class RootErrors
{
    /// <summary>Does <paramref name="work"/> and words what goes wrong with it.</summary>
    /// <exception cref="ConnectorException">The folder is missing, is no folder, may not be read (fatal), or can't be read
    /// (retry).</exception>
    public static T Explain<T>(string root, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (IOException) when (File.Exists(root))
        {
            throw new ConnectorException($"directory: '{root}' is a file. Give the path of a folder.");
        }
        catch (DirectoryNotFoundException)
        {
            throw Missing(root);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"directory: '{root}' may not be read by this process's user. Grant it read access.",
                denied
            );
        }
        catch (IOException failure)
        {
            throw new ConnectorException(FailureKind.Retry, $"directory: '{root}' can't be read: {failure.Message}", failure);
        }
    }

    /// <summary>The directory is not there.</summary>
    public static ConnectorException Missing(string root) =>
        new($"directory: '{root}' does not exist on this machine. Mount or create it, or correct the path.");
}
