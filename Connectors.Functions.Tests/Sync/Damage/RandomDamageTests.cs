using System.Globalization;
using System.Text;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Diff;
using Connectors.Sync.Engine;
using Connectors.Sync.Engine.Staged;
using Connectors.Tests.Support;
using Connectors.Tests.Support.InMemory;
using Connectors.Tests.Sync.Elasticsearch;
using Xunit;

namespace Connectors.Tests.Sync.Damage;

/// <summary>
/// State files, staged contents and answers that are damaged in any way: a sync ends with an index that equals the source, or with an
/// honest error, and then the next one mends it. No other end is allowed. A few hundred cases each time; as many as <c>DAMAGE_CASES</c>
/// says on demand, from the number <c>DAMAGE_SEED</c> on.
/// </summary>
public sealed class RandomDamageTests
{
    private static readonly int Cases = Setting("DAMAGE_CASES", 300);
    private static readonly int Seed = Setting("DAMAGE_SEED", 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ASyncThatFindsItsStateDamagedEndsRight()
    {
        for (var number = Seed; number < Seed + Math.Max(1, Cases / 3); number++)
        {
            await NamedAsync(number, async random =>
            {
                using var killed = new KilledSync();
                await killed.FillAsync();
                await killed.StopAsync("older", KilledSync.All, pages: random.Next(1, 16));
                if (random.Next(2) == 0)
                {
                    killed.Shuffle();
                }

                await killed.StopAsync("job", KilledSync.Living, pages: random.Next(1, 14));
                for (var damages = random.Next(1, 3); damages > 0; damages--)
                {
                    DamageFiles(killed, random);
                }

                await killed.GoOnAsync();
            });
        }
    }

    [Fact]
    public async Task AStagedSyncThatFindsItsContentsDamagedEndsRight()
    {
        for (var number = Seed; number < Seed + Math.Max(1, Cases / 3); number++)
        {
            await NamedAsync(number, StagedAsync);
        }
    }

    [Fact]
    public async Task ASyncThatIsLiedToEndsRight()
    {
        await using var elasticsearch = await LyingElasticsearch.StartAsync();
        using var gateway = GatewayFixture.GatewayOf(elasticsearch.Uri);
        using var engine = new EngineFixture { Target = gateway.Content };
        engine.Options = new SyncEngineOptions
        {
            StateFolder = engine.Folder.Path,
            Bulk = new BulkWriterOptions { MaxOperations = 20 },
            DeleteGuard = new DeleteGuardOptions { MaxPercent = 100 },
        };
        for (var number = Seed; number < Seed + Math.Max(1, Cases / 3); number++)
        {
            await NamedAsync(number, random => LiedToAsync(elasticsearch, engine, $"search-{number}", random));
        }
    }

    private static async Task NamedAsync(int number, Func<Random, Task> test)
    {
        try
        {
            await test(new Random(number));
        }
        catch (Exception failure) when (!Token.IsCancellationRequested)
        {
            throw new InvalidOperationException($"Case {number} (DAMAGE_SEED={number} DAMAGE_CASES=1): {failure.Message}", failure);
        }
    }

    private static void DamageFiles(KilledSync killed, Random random)
    {
        var name = random.GetItems(["plan.json", "journal", "ids.entries", "ids.texts"], 1)[0];
        var path = killed.FileOf(name);
        if (!File.Exists(path))
        {
            return;
        }

        switch (random.Next(5))
        {
            case 0:
                File.Copy(Path.Combine(killed.FolderOf("older"), name), path, overwrite: true);
                break;
            case 1 when name == "journal" && JournalBytes.Read(path) is { Records.Count: > 0 } journal:
                var at = random.Next(journal.Records.Count);
                switch (random.Next(3))
                {
                    case 0:
                        journal.Records.RemoveAt(at);
                        break;
                    case 1:
                        journal.Records.Insert(random.Next(journal.Records.Count), journal.Records[at]);
                        break;
                    default:
                        journal.Records.Reverse();
                        break;
                }

                journal.Write(path);
                break;
            case 2:
                File.Delete(path);
                break;
            default:
                File.WriteAllBytes(path, Damaged(File.ReadAllBytes(path), random));
                break;
        }
    }

    private static async Task StagedAsync(Random random)
    {
        using var fixture = new StagedFixture();
        await fixture.RunAsync(MemorySource.Holding([.. KilledSync.All]));
        var older = fixture.Memory.Contents.ToDictionary();
        var runner = new Damaging(random, older, damageAt: random.Next(0, 24));
        fixture.Runner = runner;
        fixture.Index.Deleted.Clear();
        var source = MemorySource.Holding([.. KilledSync.Living]);
        try
        {
            Assert.Equal(SyncEnd.Completed, (await fixture.RunNextAsync(source)).End);
        }
        catch (ConnectorException)
        {
            fixture.Runner = StagedFixture.Once;
            await fixture.RunNextAsync(source);
        }

        Assert.Empty(fixture.Index.Deleted.Intersect(KilledSync.Living));
        Assert.Equal(KilledSync.Living.Order(StringComparer.Ordinal), fixture.Index.Documents.Keys.Order(StringComparer.Ordinal));
        Assert.All(fixture.Index.Documents.Values, body => Assert.Equal("v1", body["text"]!.GetValue<string>()));
    }

    private static async Task LiedToAsync(LyingElasticsearch elasticsearch, EngineFixture engine, string index, Random random)
    {
        elasticsearch.Lie = null;
        await RunAsync(engine, index, KilledSync.All);
        var lies = random.Next(1, 4);
        elasticsearch.Lie = (path, answer) =>
        {
            lock (random)
            {
                return random.Next(6) == 0 && lies-- > 0 ? Lie(answer, random) : null;
            }
        };
        SyncOutcome? outcome = null;
        try
        {
            outcome = await RunAsync(engine, index, KilledSync.Living);
        }
        catch (ConnectorException)
        {
            // Told, and mended below.
        }

        elasticsearch.Lie = null;
        Assert.Empty(KilledSync.Living.Except(elasticsearch.Server.Ids(index)));
        if (outcome is null)
        {
            await RunAsync(engine, index, KilledSync.Living);
        }
        else
        {
            Assert.Equal((SyncEnd.Completed, 0L), (outcome.End, outcome.Counts.Rejected));
        }

        Assert.Equal(KilledSync.Living.Order(StringComparer.Ordinal), elasticsearch.Server.Ids(index));
    }

    private static Answer Lie(Answer answer, Random random)
    {
        var text = answer.Body;
        return random.Next(9) switch
        {
            0 => answer with { Status = 200, Body = "<html>Please log in</html>", Type = "text/html" },
            1 => answer with { Body = random.GetItems(["{}", "[]", "null", "", "1", "\"x\""], 1)[0] },
            2 => answer with { Body = text[..random.Next(text.Length + 1)] },
            3 => new Answer(random.GetItems([401, 403, 404, 409, 429, 500, 503, 302], 1)[0], "{}"),
            4 => new Answer(404, "<html>Not here</html>", "text/html"),

            // A member that is gone, or has another type, or comes twice.
            5 => answer with { Body = Renamed(text, random) },
            6 => answer with { Body = Retyped(text, random) },
            7 => answer with { Body = text.StartsWith('{') && text.Length > 2 ? "{" + text[1..^1] + "," + text[1..] : text },
            _ => answer with { Body = Encoding.UTF8.GetString(Damaged(Encoding.UTF8.GetBytes(text), random)) },
        };
    }

    /// <summary>A text with one name of a member spelt otherwise.</summary>
    private static string Renamed(string json, Random random)
    {
        var places = Places(json, "\":");
        return places.Count == 0 ? json : json.Insert(places[random.Next(places.Count)], "x");
    }

    private static string Retyped(string json, Random random)
    {
        var places = Places(json, ":");
        if (places.Count == 0)
        {
            return json;
        }

        // The value, as far as the next comma or bracket.
        var start = places[random.Next(places.Count)] + 1;
        var end = json.AsSpan(start).IndexOfAny(",}]") is var length and > 0 ? start + length : json.Length;
        return json[..start] + random.GetItems(["null", "\"7\"", "-5", "1.5", "1000000000000", "[]", "{}", "true"], 1)[0] + json[end..];
    }

    private static List<int> Places(string text, string what)
    {
        List<int> places = [];
        for (var at = text.IndexOf(what, StringComparison.Ordinal); at >= 0; at = text.IndexOf(what, at + 1, StringComparison.Ordinal))
        {
            places.Add(at);
        }

        return places;
    }

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            return bytes;
        }

        var copy = bytes.ToArray();
        var at = random.Next(copy.Length);
        switch (random.Next(5))
        {
            case 0:
                return copy[..at];
            case 1:
                copy[at] ^= (byte)(1 << random.Next(8));
                return copy;
            case 2:
                copy.AsSpan(at, Math.Min(copy.Length - at, random.Next(1, 64))).Clear();
                return copy;
            case 3:
                return [.. copy[..at], .. copy[Math.Min(copy.Length, at + random.Next(1, 64))..]];
            default:
                return [.. copy, .. copy[..at]];
        }
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : usual;

    private static Task<SyncOutcome> RunAsync(EngineFixture engine, string index, IReadOnlyList<string> ids)
    {
        engine.Request = engine.Request with { IndexName = index };
        return engine.RunNextAsync(MemorySource.Holding([.. ids]));
    }

    /// <summary>Damages one staged content before a step; each step is done by one of three machines.</summary>
    private sealed class Damaging(Random random, Dictionary<string, byte[]> older, int damageAt) : IStepRunner
    {
        private int _steps;

        public Task<T> RunAsync<T>(StagedFixture fixture, Func<StagedSync, CancellationToken, Task<T>> step)
        {
            StagedSync machine;
            lock (random)
            {
                if (_steps++ == damageAt)
                {
                    Damage(fixture.Memory);
                }

                machine = fixture.Machine(random.Next(3));
            }

            return step(machine, SyncFixture.Token);
        }

        private void Damage(MemoryStagingStore store)
        {
            string[] names = [.. store.Contents.Keys.Where(name => !older.ContainsKey(name)).Order(StringComparer.Ordinal)];
            if (names.Length == 0)
            {
                return;
            }

            var name = names[random.Next(names.Length)];
            string[] others = [.. older.Keys.Where(other => Kind(other) == Kind(name)), .. names.Where(other => Kind(other) == Kind(name))];
            switch (random.Next(4))
            {
                case 0 when others.Length > 0:
                    store.Contents[name] = store.Contents[others[random.Next(others.Length)]];
                    break;
                case 1:
                    store.Contents.TryRemove(name, out _);
                    break;
                default:
                    store.Contents[name] = Damaged(store.Contents[name], random);
                    break;
            }
        }

        private static string Kind(string name) =>
            name.Contains('.', StringComparison.Ordinal) ? name[name.LastIndexOf('.')..]
            : name.Contains("/deletes-", StringComparison.Ordinal) ? "deletes"
            : "other";
    }
}
