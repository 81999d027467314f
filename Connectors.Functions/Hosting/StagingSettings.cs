using System.Text.RegularExpressions;
using Azure.Identity;
using Azure.Storage.Blobs;
using Connectors.Abstractions;
using Connectors.Functions.Staging;
using Connectors.Sync.Staging;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Functions.Hosting;

/// <summary>Chooses the staging store: a local folder if one is set, otherwise the storage account of the Functions host.</summary>
internal static partial class StagingSettings
{
    private const string Storage = "AzureWebJobsStorage";

    /// <summary>Makes the store; nothing is sent yet.</summary>
    /// <exception cref="ConnectorException">No storage is set, it is set wrongly, or the folder can't be written.</exception>
    public static IStagingStore Open(AppSettings settings)
    {
        if (settings.StagingFolder is { } folder)
        {
            return OpenFolder(folder);
        }

        try
        {
            if (settings.Variable(Storage) is { } connectionString)
            {
                return new BlobStagingStore(new BlobContainerClient(connectionString, settings.StagingContainer));
            }

            var service = settings.Variable(Storage + "__blobServiceUri")
                ?? (settings.Variable(Storage + "__accountName") is { } account ? $"https://{account}.blob.core.windows.net" : null)
                ?? throw new ConnectorException(
                    $"{Storage}: not set. Set it to a connection string, or set {Storage}__accountName and give the app's identity the "
                        + "role Storage Blob Data Owner; or set ConnectorsStagingFolder to a local folder."
                );
            var identity = new DefaultAzureCredential(
                new DefaultAzureCredentialOptions { ManagedIdentityClientId = settings.Variable(Storage + "__clientId") }
            );
            return new BlobStagingStore(new BlobContainerClient(new Uri($"{service.TrimEnd('/')}/{settings.StagingContainer}"), identity));
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException)
        {
            // The value may hold a key: it is not told.
            throw new ConnectorException(
                $"{Storage}: neither a connection string nor an address of a storage account. Copy the connection string from the "
                    + "storage account's page 'Access keys'."
            );
        }
    }

    /// <summary>Whether Azure Storage takes a name for a container.</summary>
    public static bool IsContainerName(string name) => ContainerName().IsMatch(name);

    // The first sync would be late to find that it is a file, or another user's.
    private static LocalStagingStore OpenFolder(string folder)
    {
        try
        {
            var root = PrivateFiles.CreateRoot(folder);
            PrivateFiles.RequireWritable(root);
            return new LocalStagingStore(root);
        }
        catch (Exception failure) when (StateFolderErrors.IsDiskFailure(failure))
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                "ConnectorsStagingFolder: set it to a folder in which this process's user may write, or to one that does not exist yet. "
                    + $"'{folder}' can't be used: {failure.Message}",
                failure
            );
        }
    }

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ContainerName();
}
