using System.Globalization;
using Connectors.Abstractions;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Xunit;

namespace Connectors.Tests.Sync.Damage;

/// <summary>A sync of one process that was stopped half-way: 60 documents in the index, 50 of them still in the source, in two
/// partitions.</summary>
internal sealed class KilledSync : IDisposable
{
    public const int Indexed = 60;
    public const int Vanished = 10;

    public KilledSync() =>
        Fixture.Options = Fixture.Options with
        {
            DeleteGuard = new DeleteGuardOptions { MaxPercent = 100 },
            Partitions = 1,
        };

    public EngineFixture Fixture { get; } = new();

    /// <summary>The state folder of the job that was stopped.</summary>
    public string Folder => FolderOf(Fixture.Request.JobId);

    /// <summary>What the source holds.</summary>
    public IReadOnlyList<string> Ids { get; private set; } = [];

    public string FileOf(string name) => Path.Combine(Folder, name);

    public string FolderOf(string jobId) => Path.Combine(Fixture.Folder.Path, "jobs", jobId);

    /// <summary>Fills the index.</summary>
    public async Task FillAsync()
    {
        Fixture.Request = Fixture.Request with { JobId = "first" };
        await Fixture.RunAsync(Source(All));
        await Fixture.NewEngine().ForgetAsync("first", Xunit.TestContext.Current.CancellationToken);
    }

    /// <summary>Begins a job and stops it after some pages.</summary>
    public async Task StopAsync(string jobId, IReadOnlyList<string> ids, int pages)
    {
        Ids = ids;
        Fixture.Request = Fixture.Request with { JobId = jobId };
        Fixture.Index.Deleted.Clear();
        using var stop = new CancellationTokenSource();
        var source = Source(ids);
        source.OnPage = page => page == pages ? stop.CancelAsync() : Task.CompletedTask;
        await Fixture.RunAsync(source, stop.Token);
    }

    /// <summary>All that the index held at first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enumerable.Range(0, Indexed).Select(Id)];

    /// <summary>All but those that vanished: every sixth.</summary>
    public static IReadOnlyList<string> Living { get; } = [.. Enumerable.Range(0, Indexed).Where(number => number % 6 != 5).Select(Id)];

    /// <summary>The documents of the index in another order, so that another snapshot gives them other places.</summary>
    public void Shuffle()
    {
        var all = Fixture.Index.Documents.Reverse().ToList();
        Fixture.Index.Documents.Clear();
        foreach (var (id, body) in all)
        {
            Fixture.Index.Documents[id] = body;
        }
    }

    /// <summary>Goes on with the job, and makes sure that it ends right: equal; or with an honest error, and equal after one more sync.
    /// Nothing that lives was ever deleted.</summary>
    public async Task<SyncOutcome?> GoOnAsync()
    {
        SyncOutcome? outcome = null;
        try
        {
            outcome = await Fixture.RunAsync(Source(Ids));
            Assert.Equal(SyncEnd.Completed, outcome.End);
        }
        catch (ConnectorException)
        {
            await Fixture.RunNextAsync(Source(Ids));
        }

        Assert.Empty(Fixture.Index.Deleted.Intersect(Ids));
        Assert.Equal(Ids.Order(StringComparer.Ordinal), Fixture.Index.Documents.Keys.Order(StringComparer.Ordinal));
        Assert.All(Fixture.Index.Documents, pair => Assert.Equal("v1", pair.Value["text"]!.GetValue<string>()));
        return outcome;
    }

    public MemorySource Source(IReadOnlyList<string> ids) =>
        new()
        {
            PageSize = 4,
            Partitions = [.. ids.Chunk((ids.Count + 1) / 2).Select(chunk => chunk.Select(id => new MemoryDocument(id, "v1")).ToList())],
        };

    public void Dispose() => Fixture.Dispose();

    private static string Id(int number) => "id-" + number.ToString("d2", CultureInfo.InvariantCulture);
}
