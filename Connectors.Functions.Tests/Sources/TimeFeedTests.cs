using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sources.Files;
using Connectors.Sources.Files.Access;
using Connectors.Sources.ObjectStores.S3;
using Connectors.Testing;
using Connectors.Tests.Support;
using Connectors.Tests.Support.S3Server;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sources;

/// <summary>Changes by time stamp: dir and s3.</summary>
public sealed class TimeFeedTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.With("a.txt", "b/c.txt", "b/d.txt");
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OfAFolderTheFilesThatChangedSinceComeAndNoneIsDeleted()
    {
        var tree = new AgedTree(_clock.GetUtcNow().AddDays(-1));
        var source = Directory(tree);
        var cursor = (await source.FindCursorAsync(Token)).Cursor!;
        tree.Touch(_folder["b/d.txt"], _clock.GetUtcNow().AddSeconds(1));
        _folder.Write("b/e.txt", "new");
        tree.Touch(_folder["b/e.txt"], _clock.GetUtcNow().AddSeconds(2));
        File.Delete(_folder["a.txt"]);

        var (paths, deleted, _) = await ReadAsync(source, cursor, PageLimits.Default);

        Assert.Equal([_folder["b/d.txt"], _folder["b/e.txt"]], paths);
        Assert.Equal(0, deleted);
    }

    [Fact]
    public async Task AFileThatWasMovedHereWithAnOldContentComesToo()
    {
        var tree = new AgedTree(_clock.GetUtcNow().AddDays(-1));
        var source = Directory(tree);
        var cursor = (await source.FindCursorAsync(Token)).Cursor!;
        tree.Move(_folder["a.txt"], _clock.GetUtcNow().AddSeconds(1));

        Assert.Equal([_folder["a.txt"]], (await ReadAsync(source, cursor, PageLimits.Default)).Paths);
    }

    [Fact]
    public async Task WhatChangedShortlyBeforeTheLastSyncComesAgainBecauseClocksDiffer()
    {
        var tree = new AgedTree(_clock.GetUtcNow().AddDays(-1));
        var source = Directory(tree);
        var cursor = (await source.FindCursorAsync(Token)).Cursor!;
        tree.Touch(_folder["a.txt"], _clock.GetUtcNow().AddMinutes(-4));
        tree.Touch(_folder["b/c.txt"], _clock.GetUtcNow().AddMinutes(-6));

        Assert.Equal([_folder["a.txt"]], (await ReadAsync(source, cursor, PageLimits.Default)).Paths);
    }

    [Fact]
    public async Task APageOfAFolderCanBeReadAgainByAnotherProcessAndTheNextSyncBeginsWhenThisOneDid()
    {
        var tree = new AgedTree(_clock.GetUtcNow().AddDays(-1));
        var cursor = (await Directory(tree).FindCursorAsync(Token)).Cursor!;
        foreach (var file in (string[])["a.txt", "b/c.txt", "b/d.txt"])
        {
            tree.Touch(_folder[file], _clock.GetUtcNow().AddSeconds(1));
        }

        _clock.Advance(TimeSpan.FromHours(1));
        var began = _clock.GetUtcNow();
        var item = new PageLimits(1, 1024);
        using var first = await Directory(tree).ReadChangesAsync(cursor, PageToken.Start, item, Token);
        _clock.Advance(TimeSpan.FromHours(1));
        using var second = await Directory(tree).ReadChangesAsync(cursor, first.Upserts.Next, item, Token);
        using var third = await Directory(tree).ReadChangesAsync(cursor, second.Upserts.Next, item, Token);
        using var last = await Directory(tree).ReadChangesAsync(cursor, third.Upserts.Next, item, Token);

        Assert.Equal((1, 1, 1, 0), (first.Upserts.Count, second.Upserts.Count, third.Upserts.Count, last.Upserts.Count));
        Assert.True(last.Upserts.IsLast);
        Assert.Equal(began, TimeCursor.TimeOf(last.Cursor!));
    }

    [Fact]
    public async Task OfBucketsTheObjectsThatChangedSinceComeInPages()
    {
        await using var server = await S3TestServer.StartAsync(new BackendCalls(), Token);
        var time = new DateTimeOffset(2024, 6, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var bucket in (string[])["two", "one"])
        {
            server.Bucket(bucket).With("old.txt").With("x/new.txt").With("y/new.txt");
            foreach (var key in (string[])["x/new.txt", "y/new.txt"])
            {
                server.Bucket(bucket).Items[key] = server.Bucket(bucket).Items[key] with { Modified = time.AddMinutes(-10) };
            }
        }

        await using var source = new S3DataSource(
            new SourceContext { Settings = S3Settings(server, "two, one"), TimeProvider = new FakeTimeProvider(time) }
        );
        var cursor = (await source.FindCursorAsync(Token)).Cursor!;

        foreach (var limit in (int[])[1, 2, 3, 100])
        {
            var (paths, deleted, next) = await ReadAsync(source, cursor, new PageLimits(limit, 1024 * 1024));
            Assert.Equal(["one/x/new.txt", "one/y/new.txt", "two/x/new.txt", "two/y/new.txt"], paths);
            Assert.Equal((0, time), (deleted, TimeCursor.TimeOf(next)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    public async Task AnUnknownCursorIsExpired(string cursor)
    {
        using var page = await Directory(new AgedTree(default)).ReadChangesAsync(cursor, PageToken.Start, PageLimits.Default, Token);
        Assert.Equal("The stored time of the last sync can't be read.", page.ExpiredReason);
    }

    private static SourceSettings S3Settings(S3TestServer server, string buckets) =>
        SourceSettings.FromConfiguration(
            new JsonObject
            {
                ["buckets"] = new JsonObject { ["value"] = buckets },
                ["aws_access_key_id"] = new JsonObject { ["value"] = "key" },
                ["aws_secret_access_key"] = new JsonObject { ["value"] = "secret" },
                ["endpoint_url"] = new JsonObject { ["value"] = server.Address.ToString() },
                ["force_path_style"] = new JsonObject { ["value"] = true },
            },
            new S3DataSource(SourceContext.Empty).Description.Fields
        );

    private static async Task<(List<string> Paths, int Deleted, string Cursor)> ReadAsync(
        IChangeFeed feed,
        string cursor,
        PageLimits limits
    )
    {
        var (paths, deleted, after) = (new List<string>(), 0, PageToken.Start);
        while (true)
        {
            using var page = await feed.ReadChangesAsync(cursor, after, limits, Token);
            Assert.Null(page.ExpiredReason);
            for (var i = 0; i < page.Upserts.Count; i++)
            {
                var body = JsonNode.Parse(Encoding.UTF8.GetString(page.Upserts[i].Body.Span))!;
                paths.Add(body["path"]?.GetValue<string>() ?? $"{body["bucket"]}/{body["filename"]}");
            }

            deleted += page.DeletedIds.Count;
            if (page.Upserts.IsLast)
            {
                return (paths, deleted, page.Cursor!);
            }

            after = page.Upserts.Next;
        }
    }

    private DirectoryDataSource Directory(IFileTree tree)
    {
        var settings = SourceSettings.FromConfiguration(
            new JsonObject { ["directory"] = new JsonObject { ["value"] = _folder.Path } },
            new DirectoryDataSource(SourceContext.Empty).Description.Fields
        );
        return new DirectoryDataSource(new SourceContext { Settings = settings, TimeProvider = _clock }, tree);
    }

    /// <summary>The machine's files, all of the same age but for those that a test touched or moved.</summary>
    private sealed class AgedTree(DateTimeOffset age) : IFileTree
    {
        private readonly FileTree _tree = new();
        private readonly Dictionary<string, (DateTimeOffset Modified, DateTimeOffset Changed)> _times = new(StringComparer.Ordinal);

        public void Touch(string path, DateTimeOffset time) => _times[path] = (time, time);

        public void Move(string path, DateTimeOffset time) => _times[path] = (age, time);

        public IReadOnlyList<FolderEntry> List(string folder) => _tree.List(folder);

        public FileStatus? Find(string path)
        {
            var (modified, changed) = _times.GetValueOrDefault(path, (age, age));
            return _tree.Find(path) is { } status
                ? status with
                {
                    Modified = modified,
                    Created = age,
                    Unix = status.Unix is { } unix ? unix with { Changed = changed } : new UnixFileStatus(0, 1, 1, 1, 0, 0, changed),
                }
                : null;
        }

        public PosixAcl? FindAcl(string path) => _tree.FindAcl(path);

        public string? Resolve(string path) => _tree.Resolve(path);

        public Stream Open(string path) => _tree.Open(path);
    }
}
