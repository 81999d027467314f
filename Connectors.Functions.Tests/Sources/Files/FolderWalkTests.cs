using Connectors.Sources.Files;
using Connectors.Sources.Files.Access;
using Connectors.Sources.Files.Walking;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sources.Files;

/// <summary>The order of a walk and where it resumes, over trees that exist only in memory.</summary>
public sealed class FolderWalkTests
{
    private static readonly Gen<string> Name = Gen.OneOf("a", "b", "a.", "a-", "a0", "B", "ü", "a b");

    // Folders and files have different alphabets, so that no path is both.
    private static readonly Gen<string> FilePath = Gen.Select(Name.Array[0, 3], Name, (folders, file) =>
        string.Join('/', [.. folders, file + "!"])
    );

    [Fact]
    public void EveryFileComesOnceInTheSameOrderAndFromAnyPlaceTheSameRestFollows() =>
        FilePath
            .Array[0, 25]
            .Sample(paths =>
            {
                var tree = new MemoryTree(paths);
                var all = Walk(tree, default, string.Empty);
                Assert.Equal(paths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
                for (var index = 0; index < all.Count; index++)
                {
                    Assert.Equal(all.Skip(index + 1), Walk(tree, default, all[index]));
                }
            });

    [Fact]
    public void RangesOfNamesDivideTheTree() =>
        Gen.Select(FilePath.Array[0, 25], Name.Array[0, 4], Gen.Int[1, 6])
            .Sample(
                (paths, folders, wanted) =>
                {
                    var tree = new MemoryTree(paths);
                    var parts = DirectoryBounds.Divide(folders, wanted, rootInode: null);
                    var read = parts.SelectMany(part => Walk(tree, DirectoryBounds.Parse(part).Range, string.Empty)).ToArray();
                    Assert.Equal(Walk(tree, default, string.Empty), read);
                }
            );

    [Fact]
    public void ThePlaceToResumeAfterNeedNotExistAnyMore() =>
        Gen.Select(FilePath.Array[1, 25], Gen.Int[0, 24])
            .Sample(
                (paths, pick) =>
                {
                    var all = Walk(new MemoryTree(paths), default, string.Empty);
                    var gone = all[pick % all.Count];
                    var rest = all.Skip(all.IndexOf(gone) + 1);
                    Assert.Equal(rest, Walk(new MemoryTree(paths.Where(path => path != gone)), default, gone));
                }
            );

    [Fact]
    public void AFolderThatTookTheFilesPlaceIsRead() => Assert.Equal(["b/1", "c"], Walk(new MemoryTree(["a", "b/1", "c"]), default, "b"));

    [Fact]
    public void AFileThatTookTheFoldersPlaceIsRead() => Assert.Equal(["b", "c"], Walk(new MemoryTree(["a", "b", "c"]), default, "b/1"));

    [Fact]
    public void AFolderOnTheWayThatCanNotBeReadSpoilsNothingAfterIt()
    {
        var tree = new MemoryTree(["a/b/1", "a/b/2", "a/c/0", "b/0"]) { Unreadable = "a/b" };
        var walk = new FolderWalk(tree, MemoryTree.Root, GlobPattern.Parse("**"), default, "a/b/1");
        var steps = Steps(walk);
        Assert.Equal(["a/b", "a/c/0", "b/0"], steps.Select(step => step.Path));
        Assert.IsType<IOException>(steps[0].FolderFailure, exactMatch: false);
    }

    [Fact]
    public void FoldersThatAreGivenComeOnceBeforeWhatIsInThemAndFromAnyPlaceTheSameRestFollows() =>
        FilePath
            .Array[0, 25]
            .Sample(paths =>
            {
                var tree = new MemoryTree(paths);
                var all = WithFolders(tree, string.Empty);
                var folders = paths.SelectMany(Folders).Distinct(StringComparer.Ordinal);
                Assert.Equal(
                    paths.Distinct(StringComparer.Ordinal).Concat(folders).Order(StringComparer.Ordinal),
                    all.Order(StringComparer.Ordinal)
                );
                Assert.All(all, (path, place) => Assert.All(Folders(path), folder => Assert.True(all.IndexOf(folder) <= place)));
                for (var index = 0; index < all.Count; index++)
                {
                    Assert.Equal(all.Skip(index + 1), WithFolders(tree, all[index]));
                }
            });

    [Fact]
    public void AFolderThatWasGivenAndIsGoneIsPassed() => Assert.Equal(["c/", "c/2"], WithFolders(new MemoryTree(["a/1", "c/2"]), "b/"));

    private static IEnumerable<string> Folders(string path) =>
        Enumerable.Range(0, path.Length).Where(place => path[place] == '/').Select(place => path[..(place + 1)]);

    private static List<string> WithFolders(IFileTree tree, string after) =>
        [
            .. Steps(new FolderWalk(tree, MemoryTree.Root, GlobPattern.Parse("**"), default, after) { GivesFolders = true })
                .Select(step => step.Path),
        ];

    private static List<string> Walk(IFileTree tree, NameRange range, string after) =>
        [.. Steps(new FolderWalk(tree, MemoryTree.Root, GlobPattern.Parse("**"), range, after)).Select(step => step.Path)];

    private static List<WalkStep> Steps(FolderWalk walk)
    {
        var steps = new List<WalkStep>();
        while (walk.Next(TestContext.Current.CancellationToken) is { } step)
        {
            steps.Add(step);
        }

        return steps;
    }

    private sealed class MemoryTree(IEnumerable<string> paths) : IFileTree
    {
        public const string Root = "/root";
        private readonly string[] _paths = [.. paths.Distinct(StringComparer.Ordinal)];

        public string? Unreadable { get; init; }

        public IReadOnlyList<FolderEntry> List(string folder)
        {
            var prefix = folder.Length == Root.Length ? string.Empty : folder[(Root.Length + 1)..] + '/';
            if (prefix == Unreadable + '/')
            {
                throw new IOException("Input/output error");
            }

            var below = _paths
                .Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
                .Select(path => path[prefix.Length..])
                .ToArray();
            return
            [
                .. below.Where(path => !path.Contains('/')).Select(name => new FolderEntry(name, IsFolder: false, IsLink: false)),
                .. below
                    .Where(path => path.Contains('/'))
                    .Select(path => path[..path.IndexOf('/')])
                    .Distinct(StringComparer.Ordinal)
                    .Reverse()
                    .Select(name => new FolderEntry(name, IsFolder: true, IsLink: false)),
            ];
        }

        public FileStatus? Find(string path) => throw new NotSupportedException();

        public PosixAcl? FindAcl(string path) => throw new NotSupportedException();

        public string? Resolve(string path) => throw new NotSupportedException();

        public Stream Open(string path) => throw new NotSupportedException();
    }
}
