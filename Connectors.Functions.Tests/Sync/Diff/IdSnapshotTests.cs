using System.Globalization;
using System.Text;
using Connectors.Sync.Diff;
using Connectors.Sync.Staging;
using Connectors.Tests.Support;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sync.Diff;

public sealed class IdSnapshotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryIdIsFoundWithItsVersionAndItsText()
    {
        Gen.String[1, 40]
            .HashSet[0, 200]
            .Sample(
                ids =>
                {
                    using var folder = new TemporaryFolder();
                    var expected = ids.Where(id => Encoding.UTF8.GetByteCount(id) > 0)
                        .ToDictionary(id => id, id => new DocumentVersion((ulong)id.Length), StringComparer.Ordinal);
                    using var file = Build(folder.Path, expected);
                    Assert.Equal(expected.Count, file.Snapshot.Count);
                    var found = new HashSet<int>();
                    foreach (var (id, version) in expected)
                    {
                        var ordinal = file.Snapshot.Find(DocumentKey.Of(Encoding.UTF8.GetBytes(id)), out var actual);
                        Assert.Equal(version, actual);
                        Assert.Equal(Encoding.UTF8.GetBytes(id), file.ReadText(ordinal));
                        Assert.True(found.Add(ordinal));
                    }

                    Assert.Equal(-1, file.Snapshot.Find(DocumentKey.Of("an id that is not there"u8), out _));
                },
                iter: 50,
                threads: 1
            );
    }

    [Fact]
    public void WhatWasAddedBeforeItWasClearedIsForgotten()
    {
        SnapshotChecksum seal;
        using (var builder = new IdSnapshotFile.Builder(_folder.Path))
        {
            for (var number = 0; number < 100_000; number++)
            {
                builder.Add(Encoding.UTF8.GetBytes($"old-{number}"), new DocumentVersion(1));
            }

            builder.Clear();
            builder.Add("new"u8, new DocumentVersion(2));
            seal = builder.Complete();
        }

        using var file = IdSnapshotFile.Open(_folder.Path, seal);
        Assert.Equal(1, file.Snapshot.Count);
        Assert.Equal("new"u8.ToArray(), file.ReadText(file.Snapshot.Find(DocumentKey.Of("new"u8), out _)));
    }

    [Fact]
    public void TenMillionIdsTake32BytesEachAndAreAllFound()
    {
        const int Count = 10_000_000;
        SnapshotChecksum seal;
        using (var builder = new IdSnapshotFile.Builder(_folder.Path))
        {
            Span<byte> id = stackalloc byte[12];
            for (var number = 0; number < Count; number++)
            {
                builder.Add(Id(number, id), new DocumentVersion((ulong)number + 1));
            }

            seal = builder.Complete();
        }

        Assert.Equal(Count * 32L, new FileInfo(Path.Combine(_folder.Path, "ids.entries")).Length);
        using var file = IdSnapshotFile.Open(_folder.Path, seal);
        var seen = new SeenIds(file.Snapshot.Count);
        Span<byte> wanted = stackalloc byte[12];
        for (var number = 0; number < Count; number++)
        {
            var ordinal = file.Snapshot.Find(DocumentKey.Of(Id(number, wanted)), out var version);
            if (ordinal < 0 || version.Value != (ulong)number + 1 || !seen.Mark(ordinal))
            {
                // No assertion that makes its message ten million times.
                Assert.Fail($"id {number}");
            }
        }

        Assert.Equal(Count, seen.Seen);
        Assert.Empty(seen.Unseen());
    }

    [Fact]
    public void ADamagedSnapshotIsNoticed()
    {
        var versions = Enumerable.Range(0, 100).ToDictionary(number => "id-" + number, _ => new DocumentVersion(7), StringComparer.Ordinal);
        using var builder = new IdSnapshotFile.Builder(_folder.Path);
        foreach (var (id, version) in versions)
        {
            builder.Add(Encoding.UTF8.GetBytes(id), version);
        }

        var seal = builder.Complete();
        var path = Path.Combine(_folder.Path, "ids.entries");
        var bytes = File.ReadAllBytes(path);
        bytes[1000] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Throws<InvalidDataException>(() => IdSnapshotFile.Open(_folder.Path, seal));

        File.WriteAllBytes(path, bytes[..64]);
        Assert.Throws<InvalidDataException>(() => IdSnapshotFile.Open(_folder.Path, seal));
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", true)]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000", true)]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0000001Z", true)]
    [InlineData("2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00.123457+00:00", true)]
    [InlineData("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000001Z", false)]
    public void TimestampsAreComparedAsInstants(string left, string right, bool equal) =>
        Assert.Equal(equal, DocumentVersion.FromTimestamp(left) == DocumentVersion.FromTimestamp(right));

    [Fact]
    public void ATextThatIsNoTimestampIsNoVersion() => Assert.True(DocumentVersion.FromTimestamp("yesterday").IsNone);

    private static ReadOnlySpan<byte> Id(int number, Span<byte> buffer) =>
        number.TryFormat(buffer, out var length, provider: CultureInfo.InvariantCulture)
            ? buffer[..length]
            : throw new InvalidOperationException();

    private static IdSnapshotFile Build(string folder, Dictionary<string, DocumentVersion> versions)
    {
        using var builder = new IdSnapshotFile.Builder(folder);
        foreach (var (id, version) in versions)
        {
            builder.Add(Encoding.UTF8.GetBytes(id), version);
        }

        return IdSnapshotFile.Open(folder, builder.Complete());
    }
}
