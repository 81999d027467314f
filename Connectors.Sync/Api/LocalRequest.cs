using System.Net;

namespace Connectors.Sync.Api;

/// <summary>
/// What a server of this machine looks at before it answers, whoever serves: the status page, the emulator, the local host. None of them
/// asks for a key, and any page that a browser has open can send requests to a port of this machine. What such a page can't do is to name
/// the server itself as where they come from; or, with a name of its own that leads to this machine, to have this machine's name in the
/// Host header; or to send JSON without asking first. Pure.
/// </summary>
/// <param name="Method">The method.</param>
/// <param name="Scheme">http or https.</param>
/// <param name="Authority">The Host header, name and port.</param>
/// <param name="HostName">Its name alone.</param>
/// <param name="Origins">The values of the Origin header.</param>
/// <param name="Sites">The values of the Sec-Fetch-Site header.</param>
/// <param name="ContentType">The media type of the body, or <see langword="null"/>.</param>
/// <param name="HasBody">Whether there is a body.</param>
internal readonly record struct LocalRequest(
    string Method,
    string Scheme,
    string Authority,
    string HostName,
    IReadOnlyList<string?> Origins,
    IReadOnlyList<string?> Sites,
    string? ContentType,
    bool HasBody
)
{
    /// <summary>What every answer says to a browser: keep nothing, guess nothing, and give it to no other page.</summary>
    public static IReadOnlyDictionary<string, string> Headers { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Cache-Control"] = "no-store",
            ["X-Content-Type-Options"] = "nosniff",
            ["Cross-Origin-Resource-Policy"] = "same-origin",
        };

    /// <summary>What is answered instead; <see langword="null"/> when the request may come in.</summary>
    /// <param name="who">Who is asked, to begin a sentence with: <c>The status page</c>.</param>
    /// <param name="jsonTypes">The media types that count as JSON beside <c>application/json</c>.</param>
    public ApiResult? Refusal(string who, params ReadOnlySpan<string> jsonTypes)
    {
        if (!IsThisMachine(HostName))
        {
            return ApiResult.Problem(
                421,
                "Not this host",
                $"{who} answers to 127.0.0.1, localhost and [::1] only. An SSH tunnel has to end at one of them."
            );
        }

        if (!IsOwn())
        {
            return ApiResult.Problem(
                403,
                "Not from this page",
                $"The request comes from another web page. {who} takes changes from its own pages and from programs of this machine."
            );
        }

        return IsReading || IsJson(jsonTypes)
            ? null
            : ApiResult.Problem(
                415,
                "Not JSON",
                "What changes anything has to be sent with the header `Content-Type: application/json`, which a form of another web page "
                    + "can't send. `curl --json` does so."
            );
    }

    private bool IsReading => Method is "GET" or "HEAD";

    private static bool IsThisMachine(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // Browsers say where a request comes from in one header or in both. A request with neither is not a browser's, and somebody's who is on
    // this machine. What only reads may come by a link from anywhere; its answer is given to no other page.
    private bool IsOwn() =>
        IsReading
        || (
            (Sites.Count == 0 || Sites is ["same-origin"])
            && (Origins.Count == 0 || (Origins.Count == 1 && Origins[0] == $"{Scheme}://{Authority}"))
        );

    // Without a body there is nothing to be understood, but a form without fields says that it is one.
    private bool IsJson(ReadOnlySpan<string> jsonTypes)
    {
        if (string.IsNullOrEmpty(ContentType))
        {
            return !HasBody;
        }

        var type = ContentType.Split(';')[0].Trim().ToLowerInvariant();
        return type == "application/json" || jsonTypes.Contains(type);
    }
}
