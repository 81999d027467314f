using System.Runtime.CompilerServices;
using Xunit;

namespace Connectors.Tests.Support;

/// <summary>
/// Texts that a person approved, kept as files. With <c>UPDATE_APPROVED=1</c> in the environment a test writes the file instead of
/// comparing; the change is then reviewed like code.
/// </summary>
internal static class Approved
{
    /// <summary>The root of the repository that the tests were built from.</summary>
    public static string Root { get; } = FindRoot(ThisFile());

    /// <summary>Compares a text with a file, named relative to the root of the repository.</summary>
    public static void Verify(string actual, string file)
    {
        var path = Path.Combine(Root, file);
        var text = actual.ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return;
        }

        Assert.True(File.Exists(path), $"{file} is missing: run the tests once with UPDATE_APPROVED=1 and review it.");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), text);
    }

    private static string FindRoot(string start)
    {
        var folder = Path.GetDirectoryName(start);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Connectors.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tests don't run in a clone of the repository.");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
