using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.GitHub;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GitHub;

/// <summary>How the recording of GitHub is replayed.</summary>
internal static class GitHubReplay
{
    private static readonly string PrivateKey = MakeKey();

    public static ReplaySource Source { get; } =
        new("github", context => new GitHubDataSource(context))
        {
            Answer = Answer,
            Normalize = Normalize,
            Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["private_key"] = PrivateKey },
        };

    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var asks = (string?)GraphQLKey.Of(request.Body)?["asks"];
        if (
            asks?.StartsWith("repository/pullRequests/", StringComparison.Ordinal) == true
            || asks?.StartsWith("search/", StringComparison.Ordinal) == true
        )
        {
            // The recorded server did not know these queries and named the viewer; the recorded source took that for an empty list, which
            // ours does not.
            var empty = new JsonObject
            {
                ["pageInfo"] = new JsonObject { ["hasNextPage"] = false },
                ["nodes"] = new JsonArray(),
            };
            return ReplayAnswer.Json(
                new JsonObject
                {
                    ["data"] = asks.StartsWith("search", StringComparison.Ordinal)
                        ? new JsonObject { ["search"] = empty }
                        : new JsonObject { ["repository"] = new JsonObject { ["pullRequests"] = empty } },
                }
            );
        }

        // Ours ask for the bytes themselves (media type raw), the recorded source for JSON that holds them in Base64.
        return request.Url.AbsolutePath.Contains("/git/blobs/", StringComparison.Ordinal) && find(request) is { } blob
            ? new ReplayAnswer(
                200,
                new Dictionary<string, string>(StringComparer.Ordinal),
                Convert.FromBase64String((string)JsonNode.Parse(blob.Body)!["content"]!)
            )
            : null;
    }

    /// <summary>
    /// One commit is enough, and the branch is said; a page of installations is as large as it can be. A new token has an empty body.
    /// </summary>
    private static ReplayRequest Normalize(ReplayRequest request) =>
        (
            request with
            {
                Url = new UriBuilder(request.Url)
                {
                    Host = request.Url.Host.Replace("api.github.com", "api.github.test", StringComparison.Ordinal),
                }.Uri,
                Body = request.Url.AbsolutePath.EndsWith("/access_tokens", StringComparison.Ordinal) ? null : request.Body,
            }
        )
            .WithQuery("per_page", _ => null)
            .WithQuery("sha", _ => null);

    private static string MakeKey()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }
}
