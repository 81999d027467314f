using Connectors.Sync.Engine;
using Xunit;

namespace Connectors.Tests.Sync.Damage;

/// <summary>State files that are not what the killed sync left: of another job, cut, doubled, changed by a bit.</summary>
public sealed class DamagedStateTests : IDisposable
{
    private readonly KilledSync _killed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _killed.Dispose();

    [Fact]
    public async Task TheTextsOfAnOlderJobDeleteNothingThatLives()
    {
        await _killed.FillAsync();
        await _killed.StopAsync("older", KilledSync.All, pages: 2);
        var texts = await File.ReadAllBytesAsync(_killed.FileOf("ids.texts"), Token);
        _killed.Shuffle();
        await _killed.StopAsync("job", KilledSync.Living, pages: 4);
        await File.WriteAllBytesAsync(_killed.FileOf("ids.texts"), texts, Token);

        var outcome = await _killed.GoOnAsync();

        Assert.Equal((SyncEnd.Completed, KilledSync.Vanished), (outcome!.End, outcome.Counts.Deleted));
    }

    [Fact]
    public async Task AFlippedBitInATextLeavesNoVanishedDocumentThere()
    {
        await _killed.FillAsync();
        await _killed.StopAsync("job", KilledSync.Living, pages: 4);
        var texts = await File.ReadAllBytesAsync(_killed.FileOf("ids.texts"), Token);
        for (var at = 6; at < texts.Length; at += 7)
        {
            texts[at] ^= 1;
        }

        await File.WriteAllBytesAsync(_killed.FileOf("ids.texts"), texts, Token);

        await _killed.GoOnAsync();
    }

    [Theory]
    [InlineData(15)]
    [InlineData(6)]
    public async Task TheJournalOfAnotherJobIsNotTaken(int pages)
    {
        await _killed.FillAsync();
        await _killed.StopAsync("older", KilledSync.All, pages);
        var journal = await File.ReadAllBytesAsync(_killed.FileOf("journal"), Token);
        _killed.Shuffle();
        await _killed.StopAsync("job", KilledSync.Living, pages: 4);
        await File.WriteAllBytesAsync(_killed.FileOf("journal"), journal, Token);

        await _killed.GoOnAsync();
    }

    [Fact]
    public async Task ARecordThatIsCutOutOfTheMiddleDeletesNothing()
    {
        await _killed.FillAsync();
        await _killed.StopAsync("job", KilledSync.Living, pages: 6);
        var journal = JournalBytes.Read(_killed.FileOf("journal"));
        journal.Records.RemoveAt(1);
        journal.Write(_killed.FileOf("journal"));

        Assert.Equal(KilledSync.Vanished, (await _killed.GoOnAsync())!.Counts.Deleted);
    }

    [Fact]
    public async Task ADoubledRecordIsNotCountedTwice()
    {
        await _killed.FillAsync();
        await _killed.StopAsync("job", KilledSync.Living, pages: 6);
        var journal = JournalBytes.Read(_killed.FileOf("journal"));
        journal.Records.Insert(1, journal.Records[1]);
        journal.Write(_killed.FileOf("journal"));

        Assert.Equal(KilledSync.Living.Count, (await _killed.GoOnAsync())!.Counts.Read);
    }

    [Fact]
    public async Task AChangedPartitionIsNotRead()
    {
        await _killed.FillAsync();
        await _killed.StopAsync("job", KilledSync.Living, pages: 3);
        var plan = await File.ReadAllTextAsync(_killed.FileOf("plan.json"), Token);
        await File.WriteAllTextAsync(
            _killed.FileOf("plan.json"),
            plan.Replace("\"Bounds\":\"1\"", "\"Bounds\":\"0\"", StringComparison.Ordinal),
            Token
        );

        await _killed.GoOnAsync();
    }

    [Theory]
    [InlineData("\"Partitions\":")]
    [InlineData("\"Snapshot\":")]
    [InlineData("\"IndexName\":")]
    [InlineData("\"Name\":")]
    public async Task AMemberThatIsNullStartsTheSyncOver(string member)
    {
        await _killed.FillAsync();
        await _killed.StopAsync("job", KilledSync.Living, pages: 3);
        var plan = await File.ReadAllTextAsync(_killed.FileOf("plan.json"), Token);
        await File.WriteAllTextAsync(_killed.FileOf("plan.json"), WithNull(plan, member), Token);

        Assert.Equal(SyncEnd.Completed, (await _killed.GoOnAsync())!.End);
    }

    [Theory]
    [InlineData("plan.json")]
    [InlineData("journal")]
    [InlineData("ids.entries")]
    [InlineData("ids.texts")]
    public async Task AFolderInPlaceOfAFileStartsTheSyncOver(string name)
    {
        await _killed.FillAsync();
        await _killed.StopAsync("job", KilledSync.Living, pages: 3);
        File.Delete(_killed.FileOf(name));
        Directory.CreateDirectory(Path.Combine(_killed.FileOf(name), "inside"));

        Assert.Equal(SyncEnd.Completed, (await _killed.GoOnAsync())!.End);
    }

    [Fact]
    public async Task AFreshStartCountsWhatTheKilledRunHadWritten()
    {
        await _killed.StopAsync("job", KilledSync.Living, pages: 7);
        var written = _killed.Fixture.Progress.Counts.Created;
        Assert.InRange(written, 8, 40);
        await File.WriteAllTextAsync(_killed.FileOf("plan.json"), "{", Token);

        var outcome = await _killed.GoOnAsync();

        Assert.Equal(
            (KilledSync.Living.Count, KilledSync.Living.Count - written),
            (outcome!.Counts.Created, outcome.Counts.Created - outcome.Counts.Skipped)
        );
        Assert.Equal(outcome.Counts, _killed.Fixture.Progress.Counts);
    }

    /// <summary>The text with null in place of the first value of a member.</summary>
    private static string WithNull(string json, string member)
    {
        var start = json.IndexOf(member, StringComparison.Ordinal) + member.Length;
        var reader = new System.Text.Json.Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(json[start..]));
        reader.Read();
        reader.Skip();
        return string.Concat(json.AsSpan(0, start), "null", json.AsSpan(start + (int)reader.BytesConsumed));
    }
}
