namespace Connectors.Functions.Hosting;

/// <summary>The app settings that say where logs, metrics and traces are sent. An exporter that gets a wrong one ends the process, or sends
/// nothing in silence.</summary>
internal static class TelemetrySettings
{
    /// <summary>Whether a text is the address of a collector.</summary>
    public static bool IsEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
        && address.Host.Length > 0;

    /// <summary>Whether a text is a connection string of Application Insights.</summary>
    public static bool IsMonitorConnection(string text)
    {
        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2, StringSplitOptions.TrimEntries))
            .ToArray();
        return Array.TrueForAll(parts, part => part is [{ Length: > 0 }, { Length: > 0 }])
            && parts.DistinctBy(part => part[0], StringComparer.OrdinalIgnoreCase).Count() == parts.Length
            && Array.Exists(parts, part => Is(part, "InstrumentationKey") && Guid.TryParse(part[1], out _))
            && Array.TrueForAll(parts, part =>
                !part[0].EndsWith("Endpoint", StringComparison.OrdinalIgnoreCase) || IsEndpoint(part[1])
            );

        static bool Is(string[] part, string name) => part[0].Equals(name, StringComparison.OrdinalIgnoreCase);
    }
}
