using System.Text;

namespace Connectors.Cli.Init;

/// <summary>Puts config.yml in its place: all of it or nothing, and readable by its owner only when a secret is in it.</summary>
internal static class ConfigWriter
{
    /// <summary>Writes the file. One that is there is kept beside it, as <c>.bak</c>.</summary>
    /// <exception cref="CliException">It can't be written.</exception>
    public static void Write(string file, string text, bool holdsSecret)
    {
        var fresh = $"{file}.new";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            File.Delete(fresh);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (holdsSecret && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var stream = new FileStream(fresh, options))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            if (File.Exists(file))
            {
                File.Move(file, $"{file}.bak", overwrite: true);
            }

            File.Move(fresh, file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Forget(fresh);
            throw new CliException(ExitCode.Failed, $"{file} can't be written: {failure.Message}");
        }
    }

    /// <summary>Half of a file is no use to anybody, and may hold half of a secret.</summary>
    private static void Forget(string fresh)
    {
        try
        {
            File.Delete(fresh);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What keeps it from being written is told.
        }
    }
}
