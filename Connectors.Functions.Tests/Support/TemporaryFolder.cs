using System.Security.Cryptography;
using System.Text;

namespace Connectors.Tests.Support;

/// <summary>A folder that is gone after the test. Paths of files are relative, with <c>/</c>.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>A new empty folder.</summary>
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("connectors-test-").FullName;

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>Files now in it, at any depth.</summary>
    public IEnumerable<string> Files =>
        Directory
            .EnumerateFiles(Path, "*", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/'));

    /// <summary>The absolute path of <paramref name="relative"/>.</summary>
    public string this[string relative] => System.IO.Path.Join(Path, relative);

    /// <summary>A new folder with these files, each holding its own name.</summary>
    public static TemporaryFolder With(params IEnumerable<string> files)
    {
        var folder = new TemporaryFolder();
        foreach (var file in files)
        {
            folder.Write(file, file);
        }

        return folder;
    }

    /// <summary>Writes a file, and the folders on the way to it.</summary>
    public void Write(string relative, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.WriteAllText(this[relative], text);
    }

    /// <summary>The id that the <c>dir</c> source gives a file.</summary>
    public string IdOf(string relative) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(this[relative])));

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A child process may still hold a file; the system's temporary folder is cleaned by the system.
        }
    }
}
