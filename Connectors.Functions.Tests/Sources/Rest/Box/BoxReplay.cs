using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Box;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Box;

/// <summary>How the recording of Box is replayed.</summary>
/// <remarks>
/// What is asked and read agrees with developer.box.com, API reference: List items in folder (usemarker, also for folder 0; only its
/// sort does not go with markers there), List enterprise users (status), Download file, Request access token (box_subject_type), and
/// the header as-user.
/// </remarks>
internal static class BoxReplay
{
    private static int _made;

    public static ReplaySource Source => With((_, _) => null);

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, Func<ReplayRequest, ReplayAnswer?>, ReplayAnswer?> answer) =>
        new("box", context => new BoxDataSource(context))
        {
            Answer = (request, find) => answer(request, find) ?? Answer(request),
            Normalize = Normalize,
            Headers = ["as-user"],

            // All sources of a process share what came of a refresh token: tests must not.
            Values = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["refresh_token"] = $"se-cr-et-refresh-{Interlocked.Increment(ref _made)}",
            },
        };

    /// <summary>A page of a folder or of users, by the reference (developer.box.com, Marker-based pagination).</summary>
    public static ReplayAnswer Page(string? next, params JsonObject[] entries) =>
        ReplayAnswer.Json(
            new JsonObject
            {
                ["entries"] = new JsonArray([.. entries]),
                ["limit"] = 1000,
                ["next_marker"] = next,
            }
        );

    /// <summary>A file or folder.</summary>
    public static JsonObject Item(string id, string type) =>
        new()
        {
            ["id"] = id,
            ["type"] = type,
            ["name"] = $"{id}.txt",
            ["size"] = 6,
            ["modified_at"] = "2024-05-02T00:00:00-08:00",
        };

    /// <summary>The value of a parameter, or of the header as-user.</summary>
    public static string? Value(this ReplayRequest request, string name) =>
        request.Query.FirstOrDefault(parameter => parameter.Key == name).Value;

    /// <summary>A content.</summary>
    public static ReplayAnswer Content { get; } =
        new(
            200,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = "application/octet-stream" },
            "boxed\n"u8.ToArray()
        );

    /// <summary>
    /// The recorded source never asks who signed in with an enterprise, nor for the content of a file without a known extension.
    /// </summary>
    private static ReplayAnswer? Answer(ReplayRequest request) =>
        request.Url.AbsolutePath switch
        {
            "/2.0/users/me" => ReplayAnswer.Json(new JsonObject { ["type"] = "user", ["id"] = "11" }),
            "/2.0/files/3/content" => Content,
            _ => null,
        };

    /// <summary>Recorded are pages by offset: the first of them is the first by marker, which has no next one.</summary>
    private static ReplayRequest Normalize(ReplayRequest request)
    {
        var form = request.Body?.DeepClone() as JsonObject;
        form?.Remove("refresh_token");
        form?.Remove("client_secret");
        return (request with { Url = new UriBuilder(request.Url) { Host = "api.box.com" }.Uri, Body = form })
            .WithQuery("fields", _ => null)
            .WithQuery("limit", _ => null)
            .WithQuery("usemarker", _ => null)
            .WithQuery("offset", offset => offset == "0" ? null : offset);
    }
}
