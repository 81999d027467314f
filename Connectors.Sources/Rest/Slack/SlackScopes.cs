using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Slack;

/// <summary>What the token may do, as Slack says it with each answer.</summary>
internal static class SlackScopes
{
    private static readonly string[] ToRead = ["channels:read", "channels:history", "users:read"];

    /// <summary>Looks for the scopes that a sync needs.</summary>
    /// <param name="header">The header <c>x-oauth-scopes</c>.</param>
    /// <param name="joins">Whether channels are joined.</param>
    /// <exception cref="ConnectorException">Some are missing.</exception>
    public static void Check(string header, bool joins)
    {
        var granted = header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var missing = ToRead.Where(scope => !granted.Contains(scope, StringComparer.Ordinal)).ToList();

        // A bot joins by one scope, a person by another.
        if (
            joins
            && !granted.Contains("channels:join", StringComparer.Ordinal)
            && !granted.Contains("channels:write", StringComparer.Ordinal)
        )
        {
            missing.Add("channels:join");
        }

        // Older apps have one scope for all of it.
        if (missing.Count > 0 && !granted.Contains("bot", StringComparer.Ordinal))
        {
            throw new ConnectorException(
                $"token: lacks {string.Join(", ", missing)}. Add that to the app's bot token scopes, and install the app again."
            );
        }
    }
}
