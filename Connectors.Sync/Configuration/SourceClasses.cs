namespace Connectors.Sync.Configuration;

/// <summary>The sources that a host brings along: the service knows none by itself.</summary>
/// <param name="ByServiceType">Class by service type, as <c>Namespace.Type, Assembly</c>.</param>
/// <param name="FormerNames">Names that these classes had in earlier versions, and the service type of each.</param>
internal sealed record SourceClasses(IReadOnlyDictionary<string, string> ByServiceType, IReadOnlyDictionary<string, string> FormerNames)
{
    /// <summary>No source at all.</summary>
    public static SourceClasses None { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>());

    /// <summary>The present name of a class that is written by a former one; <see langword="null"/> for any other name.</summary>
    /// <param name="name"><c>Namespace.Type, Assembly</c>; a version and what else may follow do not count.</param>
    public string? PresentNameOf(string name)
    {
        var parts = name.Split(',', StringSplitOptions.TrimEntries);
        return parts.Length >= 2 && FormerNames.TryGetValue($"{parts[0]}, {parts[1]}", out var serviceType)
            ? ByServiceType.GetValueOrDefault(serviceType)
            : null;
    }
}
