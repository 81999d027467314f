using System.IO.Compression;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Connectors.Abstractions;
using Connectors.Sync.Staging;

namespace Connectors.Functions.Staging;

/// <summary>Staging in a container of Azure Blob Storage (or Azurite), for any number of machines. Safe for concurrent use.</summary>
internal sealed class BlobStagingStore : IStagingStore
{
    private const string EncodingKey = "encoding";
    private const string Brotli = "br";

    // Below it the request itself is what takes the time; above it compressing in memory would cost too much of it.
    private const int LeastCompressed = 4 * 1024;
    private const int MostCompressed = 64 * 1024 * 1024;
    private readonly BlobContainerClient _container;

    /// <param name="container">The container. It is made when it does not exist; nothing else should be kept in it.</param>
    public BlobStagingStore(BlobContainerClient container)
    {
        ArgumentNullException.ThrowIfNull(container);
        _container = container;
    }

    /// <inheritdoc/>
    public async Task PutAsync(string name, Stream content, bool isText, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var options = new BlobUploadOptions();
        MemoryStream? compressed = null;
        if (isText && content.CanSeek && content.Length - content.Position is >= LeastCompressed and <= MostCompressed)
        {
            compressed = await CompressAsync(content, cancellationToken);
            options.Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [EncodingKey] = Brotli };
        }

        await using (compressed)
        {
            var body = compressed ?? content;
            var start = body.CanSeek ? body.Position : 0;
            await GuardAsync(async () =>
            {
                try
                {
                    return await _container.GetBlobClient(name).UploadAsync(body, options, cancellationToken);
                }
                catch (RequestFailedException failure) when (failure.ErrorCode == BlobErrorCode.ContainerNotFound && body.CanSeek)
                {
                    await _container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
                    body.Position = start;
                    return await _container.GetBlobClient(name).UploadAsync(body, options, cancellationToken);
                }
            });
        }
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) =>
        GuardAsync(async () =>
        {
            try
            {
                BlobDownloadStreamingResult blob = await _container
                    .GetBlobClient(name)
                    .DownloadStreamingAsync(cancellationToken: cancellationToken);
                return blob.Details.Metadata.TryGetValue(EncodingKey, out var encoding) && encoding == Brotli
                    ? new BrotliStream(new GuardedStream(this, blob), CompressionMode.Decompress)
                    : new GuardedStream(this, blob);
            }
            catch (RequestFailedException failure) when (failure.Status == 404)
            {
                return (Stream?)null;
            }
        });

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        GuardAsync(async () => (await _container.GetBlobClient(name).ExistsAsync(cancellationToken)).Value);

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        GuardAsync(async () =>
        {
            try
            {
                var isNew = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
                await _container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), isNew, cancellationToken);
                return true;
            }
            catch (RequestFailedException failure)
                when (failure.ErrorCode == BlobErrorCode.BlobAlreadyExists || failure.ErrorCode == BlobErrorCode.ConditionNotMet)
            {
                return false;
            }
        });

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folders = await GuardAsync(async () =>
        {
            var found = new List<string>();
            await foreach (
                var item in ListAsync(
                    () => _container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancellationToken),
                    cancellationToken
                )
            )
            {
                if (item.IsPrefix)
                {
                    found.Add(item.Prefix.TrimEnd('/'));
                }
            }

            return found;
        });
        foreach (var folder in folders)
        {
            yield return folder;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string folder, CancellationToken cancellationToken) =>
        GuardAsync(async () =>
        {
            var blobs = ListAsync(
                () => _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, folder + "/", cancellationToken),
                cancellationToken
            );
            var options = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(blobs, options, async (blob, token) =>
                await _container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: token)
            );
            return true;
        });

    private static async Task<MemoryStream> CompressAsync(Stream content, CancellationToken cancellationToken)
    {
        var compressed = new MemoryStream((int)(content.Length / 3));
        await using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await content.CopyToAsync(brotli, cancellationToken);
        }

        compressed.Position = 0;
        return compressed;
    }

    /// <summary>A listing; empty when there is no container yet.</summary>
    private static async IAsyncEnumerable<T> ListAsync<T>(
        Func<AsyncPageable<T>> list,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
        where T : notnull
    {
        await using var items = list().GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (RequestFailedException failure) when (failure.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                yield break;
            }

            yield return items.Current;
        }
    }

    /// <summary>The body of a blob: a connection that breaks while it is read is told, and told apart, as one that breaks before.</summary>
    private sealed class GuardedStream(BlobStagingStore store, BlobDownloadStreamingResult blob) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => blob.Details.ContentLength;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await store.GuardAsync(async () =>
            {
                try
                {
                    return await blob.Content.ReadAsync(buffer, cancellationToken);
                }
                catch (Exception failure)
                    when (failure is IOException
                        || (failure as AggregateException)?.InnerExceptions.All(inner => inner is IOException) == true
                    )
                {
                    throw store.CutOff();
                }
            });
            _position += read;
            return read > 0 || buffer.Length == 0 || _position >= Length ? read : throw store.CutOff();
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException("Blobs are read without blocking.");

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                blob.Content.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    private ConnectorException CutOff() =>
        new(FailureKind.Retry, $"The storage account broke off while it served the container '{_container.Name}'.");

    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (RequestFailedException failure)
        {
            // The client's own messages list headers and may hold a signature: the code says enough.
            var code = string.IsNullOrEmpty(failure.ErrorCode) ? "no answer" : failure.ErrorCode;
            throw failure.Status is 401 or 403
                ? new ConnectorException(
                    FailureKind.Fatal,
                    $"The storage account refused access to the container '{_container.Name}' ({failure.Status}, {code}). The app's "
                        + "identity needs the role Storage Blob Data Contributor, or the connection string another key."
                )
                : new ConnectorException(
                    FailureKind.Retry,
                    $"The storage account did not serve the container '{_container.Name}' ({failure.Status}, {code})."
                );
        }
        catch (AuthenticationFailedException)
        {
            // Its message tells of every way that was tried, over several lines; which one was meant the settings say.
            throw new ConnectorException(
                FailureKind.Retry,
                $"The storage account was not asked for the container '{_container.Name}': the app's identity got no token. See that "
                    + "AzureWebJobsStorage__clientId names an identity of this app, or set AzureWebJobsStorage to a connection string."
            );
        }
        catch (AggregateException failure) when (failure.InnerExceptions.All(inner => inner is RequestFailedException))
        {
            throw new ConnectorException(
                FailureKind.Retry,
                $"The storage account did not answer for the container '{_container.Name}', though it was asked several times."
            );
        }
    }
}
