using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Diff;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sync.Diff;

public sealed class PageDiffTests
{
    private readonly IdSnapshot _snapshot = Snapshot(("same", 1), ("changed", 1), ("gone", 1));

    [Fact]
    public void EachDocumentGetsItsVerdict()
    {
        var seen = new SeenIds(_snapshot.Count);

        var (verdicts, marks) = Compare(seen, skipUnchanged: true, ("same", 1), ("changed", 2), ("new", 1));

        Assert.Equal([Verdict.Skip, Verdict.Change, Verdict.Add], verdicts);
        Assert.Equal((2, 1), (marks.Ordinals.Count, marks.AddedKeys.Count));
        Assert.Equal([_snapshot.Find(Key("gone"), out _)], seen.Unseen());
    }

    [Fact]
    public void WithoutSkippingEverythingIsWritten()
    {
        var (verdicts, _) = Compare(new SeenIds(_snapshot.Count), skipUnchanged: false, ("same", 1));
        Assert.Equal([Verdict.Change], verdicts);
    }

    [Fact]
    public void ADocumentWithoutAVersionIsNeverSkipped()
    {
        var snapshot = Snapshot(("a", 0));
        Span<Verdict> verdicts = new Verdict[1];
        PageDiff.Compare([new DocumentState(Key("a"), DocumentVersion.None)], snapshot, new SeenIds(1), skipUnchanged: true, verdicts);
        Assert.Equal(Verdict.Change, verdicts[0]);
    }

    [Fact]
    public void OfTwoInOnePageTheLastCounts()
    {
        var (verdicts, _) = Compare(new SeenIds(_snapshot.Count), skipUnchanged: true, ("same", 9), ("new", 1), ("new", 2), ("same", 1));
        Assert.Equal([Verdict.Superseded, Verdict.Superseded, Verdict.Add, Verdict.Skip], verdicts);
    }

    [Fact]
    public void OneThatAnEarlierPageHadIsARepeat()
    {
        var seen = new SeenIds(_snapshot.Count);
        Compare(seen, skipUnchanged: true, ("same", 1), ("new", 1));

        var (verdicts, marks) = Compare(seen, skipUnchanged: true, ("new", 1), ("same", 1), ("same", 1));

        Assert.Equal([Verdict.Repeat, Verdict.Superseded, Verdict.Repeat], verdicts);
        Assert.Empty(marks.Ordinals);
    }

    [Fact]
    public void SeenIdsSurviveStorage() =>
        Gen.Select(Gen.Int[0, int.MaxValue].HashSet[0, 300], Gen.ULong.Array[0, 50])
            .Sample(
                (ordinals, keys) =>
                {
                    var marks = new PageSeenIds();
                    marks.Ordinals.AddRange(ordinals);
                    marks.AddedKeys.AddRange(keys);
                    using var buffer = new PooledBuffer();
                    marks.WriteTo(buffer);
                    var read = PageSeenIds.Read(buffer.WrittenSpan);
                    Assert.Equal(ordinals.Order(), read.Ordinals);
                    Assert.Equal(keys, read.AddedKeys);
                }
            );

    [Fact]
    public void TruncatedSeenIdsAreDetected()
    {
        var marks = new PageSeenIds();
        marks.Ordinals.AddRange([1, 1000]);
        marks.AddedKeys.Add(5);
        using var buffer = new PooledBuffer();
        marks.WriteTo(buffer);
        for (var length = 0; length < buffer.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => PageSeenIds.Read(buffer.WrittenSpan[..length]));
        }
    }

    [Fact]
    public void TheKeySetIsASet() =>
        Gen.ULong[0, 5000]
            .Array[0, 3000]
            .Sample(keys =>
            {
                var ours = new KeySet();
                var theirs = new HashSet<ulong>();
                Assert.All(keys, key => Assert.Equal(theirs.Add(key), ours.Add(key)));
                Assert.Equal(theirs.Count, ours.Count);
            });

    private static DocumentKey Key(string id) => DocumentKey.Of(Encoding.UTF8.GetBytes(id));

    private static IdSnapshot Snapshot(params (string Id, ulong Version)[] documents) =>
        new(
            documents
                .Select(document => new IdEntry(Key(document.Id), new DocumentVersion(document.Version), 0))
                .OrderBy(entry => entry.Key)
                .ToArray()
        );

    private (Verdict[] Verdicts, PageSeenIds PageSeen) Compare(SeenIds seen, bool skipUnchanged, params (string Id, ulong Version)[] page)
    {
        var verdicts = new Verdict[page.Length];
        var marks = PageDiff.Compare(
            [.. page.Select(document => new DocumentState(Key(document.Id), new DocumentVersion(document.Version)))],
            _snapshot,
            seen,
            skipUnchanged,
            verdicts
        );
        return (verdicts, marks);
    }
}
