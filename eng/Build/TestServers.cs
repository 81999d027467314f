using System.ComponentModel;

namespace Connectors.Build;

/// <summary>The servers that tests and the local host talk to, where they can be had. Who needs one says what it does without.</summary>
/// <param name="npm">Runs npm with these arguments.</param>
/// <param name="folder">What comes from npm is installed here.</param>
/// <param name="output">Told what is fetched, and what can't be had.</param>
public sealed class TestServers(Action<string[]> npm, string folder, TextWriter output)
{
    private static readonly string[] LibraryFolders = ["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];

    /// <summary>Azurite's script; <see langword="null"/> when it can't be had.</summary>
    public string? Azurite() => FromNpm("azurite", "3.37.0", "dist/src/blob/main.js");

    /// <summary>The script of s3rver; <see langword="null"/> when it can't be had.</summary>
    public string? S3() => FromNpm("s3rver", "3.7.1", "bin/s3rver.js");

    /// <summary>The database servers of this machine, which tests start, and those that it has not.</summary>
    public static IEnumerable<string> Databases()
    {
        var postgres = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            : [];
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator)
            .Concat(["/usr/sbin", "/usr/local/sbin"])
            .Concat(postgres)
            .ToArray();
        return new[] { ("PostgreSQL", "postgres"), ("MariaDB", "mariadbd"), ("Redis", "redis-server") }.Select(server =>
            folders.Any(place => File.Exists(Path.Combine(place, server.Item2)))
                ? server.Item1
                : $"no {server.Item1} (its tests are skipped)"
        );
    }

    /// <summary>Whether this machine has ICU, without which a process with cultures does not start.</summary>
    public static bool HasCultures() =>
        !OperatingSystem.IsLinux()
        || LibraryFolders.Any(folder => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "libicuuc.so*").Any());

    private string? FromNpm(string package, string version, string script)
    {
        var file = Path.Combine(folder, "node_modules", package, script);
        if (!File.Exists(file))
        {
            output.WriteLine($"{package}: fetching from npm; the first time takes a minute or two, on a busy machine longer");
            Directory.CreateDirectory(folder);
            try
            {
                string[] install = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", $"{package}@{version}"];
                npm(install);
            }
            catch (Win32Exception)
            {
                // No npm here.
            }
        }

        output.WriteLine(
            File.Exists(file) ? $"{package}: from npm" : $"{package}: can't be had here (npm is missing, or has no {package})"
        );
        return File.Exists(file) ? file : null;
    }
}
