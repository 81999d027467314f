using System.Text.RegularExpressions;

namespace Connectors.Sync.Sources.HttpJson;

/// <summary>Reads a Link header (RFC 8288).</summary>
internal static partial class LinkHeader
{
    /// <summary>The target whose relations hold <c>next</c>, as it is written; <see langword="null"/> when there is none.</summary>
    public static string? Next(string header)
    {
        foreach (Match link in OneLink().Matches(header))
        {
            var relations = Relation().Match(link.Groups["parameters"].Value).Groups["value"].Value;
            if (relations.Split(' ').Contains("next", StringComparer.OrdinalIgnoreCase))
            {
                return link.Groups["target"].Value.Trim();
            }
        }

        return null;
    }

    [GeneratedRegex("""<(?<target>[^>]*)>(?<parameters>(\s*;\s*[^\s=;,]+\s*(=\s*("[^"]*"|[^",;]*))?)*)""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OneLink();

    [GeneratedRegex("""(^|[;\s])rel\s*=\s*("(?<value>[^"]*)"|(?<value>[^\s",;]+))""", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Relation();
}
