namespace Connectors.Sync.Configuration;

/// <summary>Something wrong in the configuration, or worth knowing about it. Never holds a secret.</summary>
/// <param name="Place">Where it was written: <c>config.yml:12</c>, or <c>environment variable NAME</c>.</param>
/// <param name="Key">The setting, <c>elasticsearch.host</c>; empty when it concerns the file as a whole.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
public sealed record ConfigProblem(string Place, string Key, string Message)
{
    /// <summary>One line: place, key, message.</summary>
    public override string ToString() => Key.Length == 0 ? $"{Place}: {Message}" : $"{Place}: {Key}: {Message}";
}
