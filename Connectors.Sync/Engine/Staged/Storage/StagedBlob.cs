using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sync.Staging;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>
/// Small staged blobs: JSON, with bytes behind it if need be, under a checksum that begins with the name, so that no content passes for
/// another one.
/// </summary>
internal static class StagedBlob
{
    private const int Header = sizeof(ulong) + sizeof(int);

    /// <summary>Stores <paramref name="value"/> and what <paramref name="writeRest"/> writes.</summary>
    public static async Task PutAsync<T>(
        IStagingStore store,
        string name,
        T value,
        Action<PooledBuffer>? writeRest,
        CancellationToken cancellationToken
    )
    {
        using var content = new MemoryStream(Bytes(name, value, writeRest));
        await store.PutAsync(name, content, isText: false, cancellationToken);
    }

    /// <summary>Stores <paramref name="value"/> unless somebody did before; see <see cref="IStagingStore.TryCreateAsync"/>.</summary>
    public static Task<bool> TryCreateAsync<T>(IStagingStore store, string name, T value, CancellationToken cancellationToken) =>
        store.TryCreateAsync(name, Bytes(name, value, writeRest: null), cancellationToken);

    /// <summary>Reads what <see cref="PutAsync"/> stored.</summary>
    /// <param name="store">Where from.</param>
    /// <param name="name">The name.</param>
    /// <param name="what">Description of the blob, the subject of an error sentence.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">It is missing or damaged.</exception>
    public static async Task<(T Value, ReadOnlyMemory<byte> Behind)> GetAsync<T>(
        IStagingStore store,
        string name,
        string what,
        CancellationToken cancellationToken
    )
    {
        var bytes = await ReadAsync(store, name, what, cancellationToken);
        if (bytes.Length < Header || Checksum(name, bytes.AsSpan(sizeof(ulong))) != BinaryPrimitives.ReadUInt64LittleEndian(bytes))
        {
            throw StagedNames.Missing(what);
        }

        var jsonLength = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(sizeof(ulong)));
        try
        {
            return (
                JsonSerializer.Deserialize<T>(bytes.AsSpan(Header, jsonLength)) ?? throw StagedNames.Missing(what),
                bytes.AsMemory(Header + jsonLength)
            );
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException or ArgumentException)
        {
            throw StagedNames.Missing(what);
        }
    }

    /// <summary>The number with which the checksums of a content begin: another one for each name.</summary>
    public static ulong Seed(string name) => XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(name));

    /// <summary>Opens a blob that must exist.</summary>
    public static async Task<Stream> OpenAsync(IStagingStore store, string name, string what, CancellationToken cancellationToken) =>
        await store.OpenAsync(name, cancellationToken) ?? throw StagedNames.Missing(what);

    /// <summary>Runs a step that reads from a staged stream: a broken connection can be retried.</summary>
    public static async Task<T> GuardAsync<T>(string what, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception failure) when (failure is EndOfStreamException or InvalidDataException)
        {
            throw StagedNames.Missing(what);
        }
        catch (IOException failure)
        {
            throw new ConnectorException(FailureKind.Retry, $"{what} could not be read from staging to its end.", failure);
        }
    }

    private static byte[] Bytes<T>(string name, T value, Action<PooledBuffer>? writeRest)
    {
        using var buffer = new PooledBuffer();
        buffer.GetSpan(Header)[..Header].Clear();
        buffer.Advance(Header);
        using (var json = new Utf8JsonWriter(buffer))
        {
            JsonSerializer.Serialize(json, value);
        }

        var jsonLength = buffer.Length - Header;
        writeRest?.Invoke(buffer);
        var bytes = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(ulong)), jsonLength);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Checksum(name, bytes.AsSpan(sizeof(ulong))));
        return bytes;
    }

    private static ulong Checksum(string name, ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes, (long)Seed(name));

    private static async Task<byte[]> ReadAsync(IStagingStore store, string name, string what, CancellationToken cancellationToken) =>
        await GuardAsync(what, async () =>
        {
            await using var stream = await OpenAsync(store, name, what, cancellationToken);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, cancellationToken);
            return copy.ToArray();
        });
}
