using BenchmarkDotNet.Attributes;
using Connectors.Sync.Diff;

namespace Connectors.Benchmarks.Micro;

/// <summary>Pages of 2,000 documents against a snapshot of a million: nothing changed, or everything new. One operation is one
/// document.</summary>
public class PageDiffing
{
    private const int Known = 1_000_000;
    private const int Page = 2_000;
    private const int Pages = 50;
    private readonly Verdict[] _verdicts = new Verdict[Page];
    private IdSnapshot _snapshot = IdSnapshot.Empty;
    private DocumentState[] _unchanged = [];
    private DocumentState[] _added = [];

    [GlobalSetup]
    public void Setup()
    {
        var entries = new IdEntry[Known];
        for (var number = 0; number < Known; number++)
        {
            entries[number] = new IdEntry(Key(number), new DocumentVersion((ulong)number + 1), number);
        }

        Array.Sort(entries, default(IdEntryOrder));
        _snapshot = new IdSnapshot(entries);
        _unchanged =
        [
            .. Enumerable
                .Range(0, Page * Pages)
                .Select(number => new DocumentState(Key(number * 9), new DocumentVersion(((ulong)number * 9) + 1))),
        ];
        _added = [.. Enumerable.Range(0, Page * Pages).Select(number => new DocumentState(Key(Known + number), new DocumentVersion(1)))];
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Page * Pages)]
    public int Unchanged() => Compare(_unchanged);

    [Benchmark(OperationsPerInvoke = Page * Pages)]
    public int Added() => Compare(_added);

    private static DocumentKey Key(int number)
    {
        Span<byte> id = stackalloc byte[24];
        SnapshotOnDisk.WriteId(id, number);
        return DocumentKey.Of(id);
    }

    private int Compare(DocumentState[] documents)
    {
        var seen = new SeenIds(Known);
        var marked = 0;
        for (var start = 0; start < documents.Length; start += Page)
        {
            var marks = PageDiff.Compare(documents.AsSpan(start, Page), _snapshot, seen, skipUnchanged: true, _verdicts);
            marked += marks.Ordinals.Count + marks.AddedKeys.Count;
        }

        return marked;
    }
}
