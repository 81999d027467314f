using Connectors.Sync.Service.Jobs;
using Xunit;

namespace Connectors.Tests.Sync.Service.Jobs;

public sealed class WorkerSlotTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("worker-slots-").FullName;

    [Fact]
    public void ASuccessorHasTheIdOfTheDeadAndNobodyElse()
    {
        var random = new Random(7);
        string first;
        using (var item = WorkerSlot.Take(_folder, "host", random))
        {
            using var other = WorkerSlot.Take(_folder, "host", random);
            first = item.Worker.Id!;
            Assert.Equal(32, first.Length);
            Assert.NotEqual(first, other.Worker.Id);
        }

        using var successor = WorkerSlot.Take(_folder, "host", random);
        Assert.Equal(first, successor.Worker.Id);
    }

    [Fact]
    public void OfSeveralThatDiedAllAreKnownToBeDead()
    {
        var random = new Random(7);
        var first = WorkerSlot.Take(_folder, "host", random);
        var second = WorkerSlot.Take(_folder, "host", random);
        using var third = WorkerSlot.Take(_folder, "host", random);
        Assert.False(third.IsDead(first.Worker.Id!) || third.IsDead(second.Worker.Id!));

        first.Dispose();
        second.Dispose();
        using var next = WorkerSlot.Take(_folder, "host", random);

        // As another process does that looks in the same moment.
        using var looking = new FileStream(
            Path.Combine(_folder, "workers", "2.lock"),
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.ReadWrite
        );
        Assert.Equal(first.Worker.Id, next.Worker.Id);
        Assert.Equal(
            [false, true, false, false],
            ((string[])[first.Worker.Id!, second.Worker.Id!, third.Worker.Id!, "unknown"]).Select(next.IsDead)
        );
    }

    [Fact]
    public void WithoutAFolderThereIsNoId()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "in the way");

        using var slot = WorkerSlot.Take(Path.Combine(file, "state"), "host", new Random(7));

        Assert.Null(slot.Worker.Id);
        Assert.Equal("host", slot.Worker.Hostname);
    }

    [Fact]
    public void AHalfWrittenIdIsReplaced()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "workers"));
        File.WriteAllBytes(Path.Combine(_folder, "workers", "1.lock"), [1, 2, 3]);

        string id;
        using (var slot = WorkerSlot.Take(_folder, "host", new Random(7)))
        {
            id = slot.Worker.Id!;
        }

        using var again = WorkerSlot.Take(_folder, "host", new Random(8));
        Assert.Equal(id, again.Worker.Id);
        Assert.Equal(16, new FileInfo(Path.Combine(_folder, "workers", "1.lock")).Length);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
