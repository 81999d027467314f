using System.Globalization;

namespace Connectors.Emulator.Http;

/// <summary>The content types that Elasticsearch 9 takes and gives.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    private const string Vendor = "application/vnd.elasticsearch+";
    private const string Compatible = "compatible-with=";

    /// <summary>What counts as JSON beside <see cref="Json"/>.</summary>
    public static string[] AlsoReadable { get; } = ["application/x-ndjson", Vendor + "json", Vendor + "x-ndjson"];

    /// <summary>Whether a request body of this type can be read; no type is JSON.</summary>
    public static bool IsReadable(string? contentType)
    {
        var type = (contentType ?? Json).Split(';')[0].Trim().ToLowerInvariant();
        return type == Json || AlsoReadable.Contains(type);
    }

    /// <summary>The type of the answer, given what the client accepts; null when it asks for a version we aren't.</summary>
    public static string? Answer(string? accept, out string? version)
    {
        version = null;
        if (accept is null || !accept.StartsWith(Vendor, StringComparison.OrdinalIgnoreCase))
        {
            return Json;
        }

        var at = accept.IndexOf(Compatible, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return Vendor + "json";
        }

        version = accept[(at + Compatible.Length)..].Split(',', ';')[0].Trim();
        return int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is 8 or 9
            ? $"{Vendor}json;{Compatible}{number}"
            : null;
    }

    public static ElasticError WrongVersion(string header, string value, string? version)
    {
        const string reason = "Invalid media-type value on headers [Accept, Content-Type]";
        return new ElasticError(
            400,
            "media_type_header_exception",
            reason,
            new ElasticError(
                400,
                "status_exception",
                $"{header} version must be either version 9 or 8, but found {version}. {header}={value}"
            )
        );
    }
}
