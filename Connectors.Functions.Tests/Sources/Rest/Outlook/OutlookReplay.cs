using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Outlook;
using Connectors.Tests.Sources.Rest.Microsoft;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Outlook;

/// <summary>
/// The mailbox of the recorded examples, as Microsoft Graph shows it; the recording has no exchanges, as its source asked Exchange Web
/// Services. Answers have the shapes of learn.microsoft.com, Microsoft Graph REST API v1.0: List users, List mailFolders, Get mailFolder
/// (by well-known names), List childFolders, List messages, List attachments, List contacts, List contactFolders, List lists and tasks of
/// To Do, List calendars, List events.
/// </summary>
internal static class OutlookReplay
{
    public static ReplaySource Source { get; } = With(_ => null);

    private static JsonObject Mailbox { get; } =
        JsonNode
            .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Recorded", "sources", "outlook", "mailbox.json")))!
            .AsObject();

    /// <summary>The mailbox with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, ReplayAnswer?> answer) =>
        MicrosoftReplay.Source(
            "outlook",
            context => new OutlookDataSource(context),
            new Dictionary<string, string>(StringComparer.Ordinal),
            (request, _) => answer(request) ?? Answer(request)
        );

    /// <summary>Recorded documents. Ids of Exchange have no hyphen but for the ones that Graph puts in the place of slashes.</summary>
    public static IReadOnlyList<JsonObject> Documents(Recording recording, string file)
    {
        var documents = recording.Documents(file);
        foreach (var document in documents)
        {
            document["_id"] = ((string)document["_id"]!).Replace('-', '/');
        }

        return documents;
    }

    /// <summary>Lists come two items a page, so that there are second pages.</summary>
    private static ReplayAnswer? Answer(ReplayRequest request)
    {
        var path = request.Url.AbsolutePath;
        if (path.EndsWith("/$value", StringComparison.Ordinal))
        {
            return MicrosoftReplay.Bytes(
                path.Split('/')[^2] switch
                {
                    "att-4" => "# Agenda\n"u8.ToArray(),
                    "att-2" => new byte[2],
                    _ => new byte[10],
                }
            );
        }

        if (path.StartsWith("/v1.0/users/u-3/", StringComparison.Ordinal))
        {
            return MicrosoftReplay.Error(404, "MailboxNotEnabledForRESTAPI");
        }

        if (!Mailbox.TryGetPropertyValue(path, out var found))
        {
            return path.StartsWith("/v1.0/users/u-1/mailFolders/", StringComparison.Ordinal)
                ? MicrosoftReplay.Error(404, "ErrorItemNotFound")
                : null;
        }

        if (found is not JsonArray items)
        {
            return ReplayAnswer.Json(found!.DeepClone());
        }

        var skip = request.Query.FirstOrDefault(parameter => parameter.Key == "$skip").Value is { } text ? int.Parse(text, null) : 0;
        var filter = request.Query.FirstOrDefault(parameter => parameter.Key == "$filter").Value ?? string.Empty;
        var meant = filter.StartsWith("lastModifiedDateTime ge ", StringComparison.Ordinal)
            ? [.. items.Where(item => string.CompareOrdinal((string?)item!["lastModifiedDateTime"], filter[24..]) >= 0)]
            : items.ToArray();
        var next = new UriBuilder(request.Url) { Query = $"$filter={Uri.EscapeDataString(filter)}&$skip={skip + 2}" }
            .Uri
            .AbsoluteUri;
        return MicrosoftReplay.List(skip + 2 < meant.Length ? next : null, meant[skip..Math.Min(skip + 2, meant.Length)]);
    }
}
