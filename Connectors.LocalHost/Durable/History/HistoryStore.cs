using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.LocalHost.Durable.History;

/// <summary>
/// Histories on disk: a file for each instance, a line of JSON for each record, only ever appended to, and handed to the operating system
/// before anything follows from it. A process that is killed loses at most the line it was writing; that torn line is cut off at the next
/// start.
/// </summary>
/// <remarks>A machine that loses its power may lose more: nothing is forced onto the disk. Only one process uses a folder.</remarks>
internal sealed class HistoryStore : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly string _folder;
    private readonly FileStream _lock;
    private bool _isClosed;

    /// <exception cref="IOException">Another process uses the folder.</exception>
    public HistoryStore(string folder)
    {
        _folder = folder;
        PrivateFiles.CreateRoot(folder);
        try
        {
            _lock = PrivateFiles.OpenOrCreate(Path.Combine(folder, "lock"));
        }
        catch (IOException e)
        {
            throw new IOException($"The folder {folder} is in use by another local host: end it, or choose another folder.", e);
        }
    }

    /// <summary>Every instance as it was left.</summary>
    /// <exception cref="InvalidDataException">A line, not the last one, can't be read.</exception>
    public async Task<IReadOnlyList<OrchestrationState>> LoadAsync(CancellationToken cancellationToken)
    {
        var states = new List<OrchestrationState>();
        foreach (var path in Directory.EnumerateFiles(_folder, "*.jsonl").Order(StringComparer.Ordinal))
        {
            if (await ReadAsync(path, cancellationToken) is { } state)
            {
                states.Add(state);
            }
        }

        return states;
    }

    /// <summary>Begins a history, in place of the one that the instance may have had.</summary>
    public async Task BeginAsync(ExecutionStarted start, CancellationToken cancellationToken)
    {
        using var hold = await EnterAsync(cancellationToken);
        var path = PathOf(start.InstanceId);
        await using (var file = PrivateFiles.Create(path + ".new"))
        {
            await file.WriteAsync(Line(start), CancellationToken.None);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    public async Task AppendAsync(string instanceId, HistoryRecord record, CancellationToken cancellationToken)
    {
        using var hold = await EnterAsync(cancellationToken);
        await using var file = PrivateFiles.Append(PathOf(instanceId));
        var length = file.Length;
        try
        {
            await file.WriteAsync(Line(record), CancellationToken.None);
        }
        catch (IOException)
        {
            // A full disk took half a line: the next one must not follow it.
            file.SetLength(length);
            throw;
        }
    }

    public async Task DeleteAsync(string instanceId, CancellationToken cancellationToken)
    {
        using var hold = await EnterAsync(cancellationToken);
        File.Delete(PathOf(instanceId));
    }

    /// <summary>Nothing is written from here on, as if the process were gone: what tries gets an
    /// <see cref="OperationCanceledException"/>.</summary>
    public async Task CloseAsync()
    {
        await _gate.WaitAsync();
        _isClosed = true;
        _gate.Release();
        await _lock.DisposeAsync();
    }

    public void Dispose()
    {
        _lock.Dispose();
        _gate.Dispose();
    }

    private static byte[] Line(HistoryRecord record) => [.. JsonSerializer.SerializeToUtf8Bytes(record, Json), (byte)'\n'];

    private static async Task<OrchestrationState?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        if (whole < bytes.Length)
        {
            PrivateFiles.RefuseLink(path);
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
            file.SetLength(whole);
        }

        OrchestrationState? state = null;
        for (int from = 0, line = 1; from < whole; line++)
        {
            var to = Array.IndexOf(bytes, (byte)'\n', from);
            var record = Parse(bytes.AsSpan(from, to - from), path, line);
            from = to + 1;
            if (state is null)
            {
                state = new OrchestrationState(record as ExecutionStarted ?? throw Unreadable(path, line));
            }
            else
            {
                state.Apply(record);
            }
        }

        return state;
    }

    private static HistoryRecord Parse(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<HistoryRecord>(line, Json) ?? throw Unreadable(path, number);
        }
        catch (JsonException e)
        {
            throw Unreadable(path, number, e);
        }
    }

    private static InvalidDataException Unreadable(string path, int line, Exception? cause = null) =>
        new(
            $"{path}, line {line}, is not a record of a history. Delete the file to forget the instance, or the folder to forget all of "
                + "them.",
            cause
        );

    // Readable for people, unique by the hash.
    private string PathOf(string instanceId)
    {
        var plain = string.Concat(
            instanceId.Take(60).Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_')
        );
        return Path.Combine(
            _folder,
            $"{plain}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(instanceId)))[..16]}.jsonl"
        );
    }

    private async Task<Hold> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        if (_isClosed)
        {
            _gate.Release();
            throw new OperationCanceledException("The local host has ended; nothing is written any more.");
        }

        return new Hold(_gate);
    }

    private readonly struct Hold(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
