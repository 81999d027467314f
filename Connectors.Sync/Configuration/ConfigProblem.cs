namespace Connectors.Sync.Configuration;

/// <summary>A problem with the configuration, or a notice about it. Never holds a secret.</summary>
/// <param name="Location">Where it is set: <c>config.yml:12</c>, or <c>environment variable NAME</c>.</param>
/// <param name="Key">The setting, <c>elasticsearch.host</c>; empty when it concerns the file as a whole.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
public sealed record ConfigProblem(string Location, string Key, string Message)
{
    /// <summary>One line: location, key, message.</summary>
    public override string ToString() => Key.Length == 0 ? $"{Location}: {Message}" : $"{Location}: {Key}: {Message}";
}
