using Connectors.LocalHost.DevHost;
using Connectors.Sync.Configuration.Settings;

namespace Connectors.Build;

/// <summary>The commands of build.cs.</summary>
public static class BuildCommands
{
    /// <summary>What is said of a word that is none of them.</summary>
    public static string Unknown(string written)
    {
        var near = KeySuggestion.Nearest(written, ["test", "demo", "functions", "bench", "pack", "publish"]);
        return $"{written}: there is no such command.{(near is null ? "" : $" Did you mean {near}?")}";
    }

    /// <summary>What is wrong with the options of the local host, and how it is used: told before it is built.</summary>
    /// <param name="arguments">What it would be started with.</param>
    /// <returns><see langword="null"/> when nothing is.</returns>
    public static string? WrongOptions(IReadOnlyList<string> arguments) =>
        LocalArguments.TryParse(arguments, out _, out var problem) ? null : $"{problem}{Environment.NewLine}{LocalArguments.Usage}";

    /// <summary>Whether the local host would take Azurite for staging: unless it only says how it is used, or app settings say where
    /// staging is.</summary>
    /// <param name="arguments">What it is started with.</param>
    /// <param name="settings">Its app settings.</param>
    public static bool NeedsAzurite(IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> settings) =>
        !arguments.Any(argument => argument is "-h" or "--help")
        && !settings.Any(setting =>
            setting.Value.Length > 0
            && (
                setting.Key.Equals("ConnectorsStagingFolder", StringComparison.OrdinalIgnoreCase)
                || setting.Key.StartsWith("AzureWebJobsStorage", StringComparison.OrdinalIgnoreCase)
            )
        );

    /// <summary>What is said when a program that was run did not end by itself: killed, it could not say it.</summary>
    /// <param name="program">The program, as the subject of a sentence.</param>
    /// <param name="exitCode">Its exit code; on Unix 128 and the signal that ended it.</param>
    /// <returns><see langword="null"/> when it ended as it does, and has said why.</returns>
    public static string? EndedFromOutside(string program, int exitCode) =>
        exitCode switch
        {
            0 or 1 or 2 or 130 => null,
            > 128 and <= 128 + 64 => $"{program} was ended by signal {exitCode - 128} (exit code {exitCode}).",
            _ => $"{program} ended unexpectedly, with exit code {exitCode}.",
        };
}
