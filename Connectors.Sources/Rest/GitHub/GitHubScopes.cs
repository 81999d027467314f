using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.GitHub;

/// <summary>The scopes that a personal access token needs.</summary>
internal static class GitHubScopes
{
    private static readonly string[] Needed = ["repo", "user", "read:org"];

    /// <summary>Looks at the scopes of a token.</summary>
    /// <exception cref="ConnectorException">Some are missing.</exception>
    public static async Task CheckAsync(RestClient client, string graphQL, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Head, graphQL), cancellationToken);

        // A fine-grained token has permissions instead, which GitHub does not list.
        if (answer.Header("X-OAuth-Scopes") is not { } header)
        {
            return;
        }

        var scopes = header
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .ToHashSet(StringComparer.Ordinal);
        if (scopes.Overlaps(["write:org", "admin:org"]))
        {
            scopes.Add("read:org");
        }

        if (Needed.Where(scope => !scopes.Contains(scope)).ToList() is { Count: > 0 } missing)
        {
            throw new ConnectorException(
                $"token: it lacks the scope{(missing.Count > 1 ? "s" : string.Empty)} {string.Join(", ", missing)}. Add them to the "
                    + "token in GitHub, or make a new one."
            );
        }
    }
}
