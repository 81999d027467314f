namespace Connectors.Sources.Rest.Http;

/// <summary>What a person may enter as a header of every request.</summary>
internal static class EnteredHeaders
{
    /// <summary>Headers that say how a message is carried: they are the client's own, and another value would have the server read a
    /// request that was not sent.</summary>
    private static readonly HashSet<string> Carriers = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host",
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Expect",
        "Via",
        "HTTP2-Settings",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "Proxy-Connection",
        "Content-Length",
        "Content-Type",
        "Content-Encoding",
        "Content-Range",
        "Accept-Encoding",
        "Range",
        "If-Range",
        "Forwarded",
        "Early-Data",
    };

    /// <summary>The usual spelling of a header that says how a message is carried; <see langword="null"/> for other headers.</summary>
    public static string? CarrierOf(string name) => Carriers.TryGetValue(name, out var carrier) ? carrier : null;

    /// <summary>Whether a header can stand in a request at all.</summary>
    public static bool CanBeSent(string name, string value)
    {
        using var probe = new HttpRequestMessage();
        return !value.Any(char.IsControl) && probe.Headers.TryAddWithoutValidation(name, value);
    }
}
