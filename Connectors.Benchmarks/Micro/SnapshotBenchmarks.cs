using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using Connectors.Sync.Diff;
using Connectors.Sync.Staging;

namespace Connectors.Benchmarks.Micro;

/// <summary>The snapshot of an index's ids on disk: collecting and sorting it. One operation is one id.</summary>
[IterationCount(2), WarmupCount(1)]
public class SnapshotBuild
{
    private string _folder = string.Empty;

    [GlobalSetup]
    public void Setup() => _folder = Directory.CreateTempSubdirectory("connectors-snapshot-").FullName;

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    [Benchmark(OperationsPerInvoke = 1_000_000)]
    public int OneMillion() => SnapshotOnDisk.Write(_folder, 1_000_000).Count;

    [Benchmark(OperationsPerInvoke = 10_000_000)]
    public int TenMillion() => SnapshotOnDisk.Write(_folder, 10_000_000).Count;
}

/// <summary>Finding ids in a snapshot in random order, three of four known to it. One operation is one id.</summary>
public class SnapshotLookUp
{
    private const int Batch = 10_000;
    private readonly DocumentKey[] _wanted = new DocumentKey[Batch];
    private string _folder = string.Empty;
    private IdSnapshotFile? _snapshot;

    [Params(1_000_000, 10_000_000)]
    public int Ids { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _folder = Directory.CreateTempSubdirectory("connectors-snapshot-").FullName;
        _snapshot = IdSnapshotFile.Open(_folder, SnapshotOnDisk.Write(_folder, Ids));
        var random = new Random(1);
        Span<byte> id = stackalloc byte[24];
        for (var index = 0; index < Batch; index++)
        {
            SnapshotOnDisk.WriteId(id, random.Next(Ids / 3 * 4));
            _wanted[index] = DocumentKey.Of(id);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _snapshot?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public int Find()
    {
        var found = 0;
        foreach (var key in _wanted)
        {
            found += _snapshot!.Snapshot.Find(key, out _) >= 0 ? 1 : 0;
        }

        return found;
    }
}

/// <summary>Snapshots with ids that look like ObjectIds.</summary>
internal static class SnapshotOnDisk
{
    public static SnapshotChecksum Write(string folder, int ids)
    {
        using var builder = new IdSnapshotFile.Builder(folder);
        Span<byte> id = stackalloc byte[24];
        for (var number = 0; number < ids; number++)
        {
            WriteId(id, number);
            builder.Add(id, new DocumentVersion((ulong)number + 1));
        }

        return builder.Complete();
    }

    public static void WriteId(Span<byte> id, int number)
    {
        Span<byte> bytes = stackalloc byte[12];
        BinaryPrimitives.WriteInt64BigEndian(bytes, 0x6955_0000_5EED);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], number);
        Convert.TryToHexStringLower(bytes, id, out _);
    }
}
