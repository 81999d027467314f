using System.Security.Cryptography;
using System.Text;

namespace Connectors.Tests.Support;

/// <summary>A folder that is gone after the test. Paths are relative, with <c>/</c>.</summary>
public sealed class TempFolder : IDisposable
{
    private TempFolder() => Path = System.IO.Directory.CreateTempSubdirectory("connectors-test-").FullName;

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>Files now in it, at any depth.</summary>
    public IEnumerable<string> Files =>
        System
            .IO.Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/'));

    /// <summary>The absolute path of <paramref name="relative"/>.</summary>
    public string this[string relative] => System.IO.Path.Join(Path, relative);

    /// <summary>A new folder with these files, each holding its own name.</summary>
    public static TempFolder With(params IEnumerable<string> files)
    {
        var folder = new TempFolder();
        foreach (var file in files)
        {
            folder.Write(file, file);
        }

        return folder;
    }

    /// <summary>Writes a file, and the folders on the way to it.</summary>
    public void Write(string relative, string text)
    {
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.WriteAllText(this[relative], text);
    }

    /// <summary>The id that the <c>dir</c> source gives a file.</summary>
    public string IdOf(string relative) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(this[relative])));

    public void Dispose() => System.IO.Directory.Delete(Path, recursive: true);
}
