using System.Security.Cryptography;
using System.Text;

namespace Connectors.Sync.Api;

/// <summary>
/// The status page: one static HTML page over the HTTP API, with its style and its script in it. It is the same for every user and contains
/// no data. A host serves it as <c>/api/ui</c>, beside the API.
/// </summary>
internal static class StatusPage
{
    private static readonly (string Html, string Policy) Made = Make();

    /// <summary>The media type.</summary>
    public const string ContentType = "text/html; charset=utf-8";

    /// <summary>The page.</summary>
    public static string Html => Made.Html;

    /// <summary>
    /// Response headers to send with it. The content security policy allows only the page's own script, and requests only to its own host.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Headers { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Content-Security-Policy"] = Made.Policy,
            ["X-Content-Type-Options"] = "nosniff",
            ["Referrer-Policy"] = "no-referrer",
            ["X-Frame-Options"] = "DENY",
            ["Cross-Origin-Opener-Policy"] = "same-origin",
            ["Cross-Origin-Resource-Policy"] = "same-origin",
            ["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()",
            ["Cache-Control"] = "no-cache",
        };

    private static (string Html, string Policy) Make()
    {
        var style = Read("page.css");
        var script = $"'use strict';\n{Read("parts.js")}\n{Read("history.js")}\n{Read("views.js")}\n{Read("page.js")}";
        var html = Read("page.html")
            .Replace("{{style}}", style, StringComparison.Ordinal)
            .Replace("{{script}}", script, StringComparison.Ordinal);
        var policy =
            $"default-src 'none'; script-src {HashOf(script)}; style-src {HashOf(style)}; img-src data:; connect-src 'self'; base-uri "
            + "'none'; form-action 'none'; "
            + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        return (html, policy);
    }

    private static string HashOf(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(StatusPage).Assembly.GetManifestResourceStream($"page/{name}")!, Encoding.UTF8);

        // Browsers normalize line endings before they hash.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
