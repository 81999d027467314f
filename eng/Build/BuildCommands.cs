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
}
