using System.Globalization;

namespace Connectors.LocalHost.DevHost;

/// <summary>The folder that is mirrored when the app is tried: notes, the same ones every time.</summary>
internal sealed class SampleFolder(string path)
{
    /// <summary>Notes at the start.</summary>
    public const int Count = 120;

    /// <summary>Notes that <see cref="Change"/> adds, changes and removes.</summary>
    public const int Added = 5;

    /// <inheritdoc cref="Added"/>
    public const int Changed = 12;

    /// <inheritdoc cref="Added"/>
    public const int Removed = 8;

    /// <summary>The folder.</summary>
    public string Path => path;

    /// <summary>Makes the notes, unless the folder is there: somebody may have changed them.</summary>
    public void Create()
    {
        if (Directory.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(path);
        for (var number = 0; number < Count; number++)
        {
            File.WriteAllText(
                PathOf(number),
                $"Note {number.ToString(CultureInfo.InvariantCulture)}: water the plants on shelf {(number % 7) + 1}.\n"
            );
        }
    }

    /// <summary>Changes the first notes, removes the last ones, adds some.</summary>
    public void Change()
    {
        for (var number = 0; number < Changed; number++)
        {
            File.AppendAllText(PathOf(number), "Done.\n");
        }

        for (var number = Count - Removed; number < Count; number++)
        {
            File.Delete(PathOf(number));
        }

        for (var number = Count; number < Count + Added; number++)
        {
            File.WriteAllText(PathOf(number), "A new note.\n");
        }
    }

    private string PathOf(int number) => System.IO.Path.Combine(path, $"note-{number.ToString("000", CultureInfo.InvariantCulture)}.txt");
}
