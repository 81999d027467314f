using System.Text;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Gmail;
using Connectors.Tests.Sources.Rest.Google;
using Connectors.Tests.Sources.Rest.Replay;
using Microsoft.IdentityModel.Tokens;

namespace Connectors.Tests.Sources.Rest.Gmail;

/// <summary>How the recording of Gmail is replayed.</summary>
internal static class GmailReplay
{
    public static ReplaySource Source { get; } = With(_ => null);

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) =>
        GoogleReplay.Source(
            "gmail",
            context => new GmailDataSource(context),
            (request, find) => answer(request) ?? Answer(request, find),
            Normalize
        );

    /// <summary>The id of a document names its mailbox; all that was recorded lie in that of Ann.</summary>
    public static string IdOf(string recorded) => $"ann@example.org/{recorded}";

    public static string? Parameter(ReplayRequest request, string name) =>
        request.Query.Where(parameter => parameter.Key == name).Select(parameter => parameter.Value).FirstOrDefault();

    /// <summary>
    /// The recorded source gets each message whole (format raw). Ours ask for its time first, and later for its parts, whose form is that
    /// of developers.google.com, Gmail API, REST Resource: users.messages (formats minimal and full, MessagePart).
    /// </summary>
    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var format = Parameter(request, "format");
        if (format is not ("minimal" or "full") || find(request.WithQuery("format", _ => "raw")) is not { Status: 200 } recorded)
        {
            return null;
        }

        var message = JsonNode.Parse(recorded.Body)!;
        var raw = Base64UrlEncoder.DecodeBytes((string)message["raw"]!);
        return format == "minimal"
            ? ReplayAnswer.Json(new JsonObject { ["internalDate"] = (string)message["internalDate"]!, ["sizeEstimate"] = raw.Length })
            : ReplayAnswer.Json(new JsonObject { ["payload"] = PayloadOf(Encoding.UTF8.GetString(raw)) });
    }

    /// <summary>The recorded messages have a text and an attachment, between lines --B.</summary>
    private static JsonObject PayloadOf(string raw)
    {
        var (headers, rest) = Split(raw);
        var (_, text) = Split(rest.Split("--B\r\n")[1]);
        return new JsonObject
        {
            ["mimeType"] = "multipart/mixed",
            ["filename"] = "",
            ["headers"] = new JsonArray([
                .. headers
                    .Split("\r\n")
                    .Select(line => line.Split(": ", 2))
                    .Select(pair => (JsonNode)new JsonObject { ["name"] = pair[0], ["value"] = pair[1] }),
            ]),
            ["parts"] = new JsonArray(
                new JsonObject
                {
                    ["mimeType"] = "text/plain",
                    ["filename"] = "notes.txt",
                    ["body"] = new JsonObject { ["attachmentId"] = "a1", ["size"] = 9 },
                },
                new JsonObject
                {
                    ["mimeType"] = "text/plain",
                    ["filename"] = "",
                    ["body"] = new JsonObject { ["data"] = Base64UrlEncoder.Encode(text) },
                }
            ),
        };
    }

    private static (string Head, string Body) Split(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (text[..end], text[(end + 4)..]);
    }

    /// <summary>
    /// Fields are chosen more closely; the Directory API calls the size of a page maxResults, as Gmail does, and the recorded source
    /// pageSize, which neither knows.
    /// </summary>
    private static ReplayRequest Normalize(ReplayRequest request) =>
        request.WithQuery("fields", _ => null).WithQuery("maxResults", _ => null).WithQuery("pageSize", _ => null);
}
