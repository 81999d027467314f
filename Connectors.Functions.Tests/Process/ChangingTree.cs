using System.Globalization;
using Connectors.Tests.Support;

namespace Connectors.Tests.Process;

/// <summary>A folder of files that changes between syncs.</summary>
internal static class ChangingTree
{
    public static TemporaryFolder With(int files) => TemporaryFolder.With(Enumerable.Range(0, files).Select(Name));

    /// <summary>Changes a third of the files, removes some and adds as many.</summary>
    /// <param name="tree">The folder.</param>
    /// <param name="round">The number of the change, from 1.</param>
    /// <param name="some">How many are removed, and how many are added.</param>
    /// <returns>How many a sync has to write and to delete.</returns>
    public static (int Written, int Deleted) Change(TemporaryFolder tree, int round, int some)
    {
        var files = tree.Files.Order(StringComparer.Ordinal).ToList();
        var changed = files.Where((_, place) => place % 3 == 0).ToList();
        var removed = files.Where((_, place) => place % 3 == 1).Take(some).ToList();
        foreach (var file in changed)
        {
            // Another time stamp even where the clock of the file system is coarse.
            tree.Write(file, $"{file} in round {round}");
            File.SetLastWriteTimeUtc(tree[file], new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(round));
        }

        removed.ForEach(file => File.Delete(tree[file]));
        for (var number = 0; number < some; number++)
        {
            tree.Write(Name(number + (10_000 * round)), "new");
        }

        return (changed.Count + some, removed.Count);
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{number % 7}/{number:0000}.txt");
}
