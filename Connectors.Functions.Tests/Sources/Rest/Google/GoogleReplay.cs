using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Tests.Sources.Rest.Replay;
using Microsoft.IdentityModel.Tokens;

namespace Connectors.Tests.Sources.Rest.Google;

/// <summary>What the replays of Google's services have in common.</summary>
internal static class GoogleReplay
{
    /// <summary>The JSON of a service account's key. The key is made here, and good for nothing.</summary>
    public static string Credentials { get; } = MakeCredentials();

    /// <summary>A source.</summary>
    /// <param name="name">The folder of the recording.</param>
    /// <param name="create">Makes it.</param>
    /// <param name="answer">Answers before the recording does.</param>
    /// <param name="normalize">Makes equal what means the same.</param>
    public static ReplaySource Source(
        string name,
        Func<SourceContext, IDataSource> create,
        Func<ReplayRequest, Func<ReplayRequest, ReplayAnswer?>, ReplayAnswer?> answer,
        Func<ReplayRequest, ReplayRequest> normalize
    ) =>
        new(name, create)
        {
            Answer = answer,
            Normalize = request => normalize(OfGoogle(request)),
            Values = new Dictionary<string, string>(StringComparer.Ordinal) { ["service_account_credentials"] = Credentials },
        };

    /// <summary>An error as Google words it (cloud.google.com, Cloud Storage JSON API: HTTP status and error codes; the same form in
    /// Drive's and Gmail's guides "Resolve errors").</summary>
    public static ReplayAnswer Error(int status, string reason) =>
        ReplayAnswer.Json(
            status,
            new JsonObject
            {
                ["error"] = new JsonObject
                {
                    ["code"] = status,
                    ["message"] = reason,
                    ["errors"] = new JsonArray(new JsonObject { ["domain"] = "global", ["reason"] = reason }),
                },
            }
        );

    /// <summary>The user on whose behalf a token is asked for; <see langword="null"/> for the account itself.</summary>
    public static string? SubjectOf(ReplayRequest request) => (string?)ClaimsOf(request)["sub"];

    /// <summary>The claims of an assertion.</summary>
    public static JsonObject ClaimsOf(ReplayRequest request) =>
        JsonNode
            .Parse(Base64UrlEncoder.Decode(((string)request.Body!["assertion"]!).Split('.')[1]))!
            .AsObject();

    private static ReplayRequest OfGoogle(ReplayRequest request) =>
        request with
        {
            Url = new UriBuilder(request.Url)
            {
                Host = request.Url.Host.Replace(".googleapis.test", ".googleapis.com", StringComparison.Ordinal),
                Port = -1,
            }.Uri,
            // The assertion is another one each time.
            Body = request.Url.AbsolutePath == "/token" ? null : request.Body,
        };

    private static string MakeCredentials()
    {
        using var key = RSA.Create(2048);
        return new JsonObject
        {
            ["type"] = "service_account",
            ["project_id"] = "proj-1",
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = "mirror@proj-1.iam.gserviceaccount.com",
            ["token_uri"] = "https://oauth2.googleapis.com/token",
        }.ToJsonString();
    }
}
