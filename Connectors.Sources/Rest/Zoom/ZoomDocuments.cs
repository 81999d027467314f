using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Zoom;

/// <summary>Makes documents of what Zoom lists, with all its fields. Where no time moves at every change, the digest tells.</summary>
/// <param name="client">Asks for details and contents.</param>
internal sealed class ZoomDocuments(RestClient client)
{
    private static readonly DocumentFields Item = DocumentFields.All.With(DocumentField.LeftOut("id"));
    private static readonly DocumentFields Recording = Item.With(DocumentField.IfThere("meeting_id", "id"));

    /// <summary>A user, meeting, channel or message, by its id.</summary>
    public static void Write(JsonElement item, StreamPage page) => page.Add(item.RequiredText("An item of Zoom", "id"), item, Item);

    /// <summary>A recording, by its meeting's <c>uuid</c>: its <c>id</c> is that of the meeting, which has a document of its own.</summary>
    public static void WriteRecording(JsonElement recording, StreamPage page) =>
        page.Add(recording.RequiredText("A recording of Zoom", "uuid"), recording, Recording);

    /// <summary>A file of a chat, which does not change.</summary>
    public void WriteFile(JsonElement message, StreamPage page)
    {
        var id = message.RequiredText("A file of Zoom", "file_id");
        var content =
            message.Text("download_url") is { } address
            && message.Text("file_name") is { } name
            && message.Number("file_size") is > 0 and var size
                ? new RestContent(client, RestRequest.Get(address).AsFile(), name, size)
                : null;
        page.Add(id, message, Item, RestTime.Of(message.Text("date_time")), content);
    }

    /// <summary>Past meetings with how they went and who took part. Of one that Zoom has forgotten, what the listing has.</summary>
    public async Task WritePastAsync(JsonElement meetings, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var meeting in meetings.EnumerateArray())
        {
            // By uuid, which names an occurrence; the id of a recurring meeting names its last one.
            var address = $"v2/past_meetings/{Escape(meeting.RequiredText("A meeting of Zoom", "uuid"))}";
            using var details = await client.SendAsync(RestRequest.Get(address) with { Accepted = [404] }, cancellationToken);
            if (!details.IsSuccess)
            {
                Write(meeting, page);
                continue;
            }

            var participants = new List<JsonElement>();
            var first = RestRequest.Get($"{address}/participants?page_size=300");
            var paging = ZoomUser.Paging("participants");
            for (var cursor = string.Empty; cursor is not null;)
            {
                using var answer = await client.SendAsync(paging.Request(first, cursor) with { Accepted = [404] }, cancellationToken);
                if (!answer.IsSuccess)
                {
                    page.AddUnreadable(IdOf(meeting), "Who took part in the meeting can't be asked (404).");
                    participants = null;
                    break;
                }

                var items = paging.Items(answer);
                participants.AddRange(items.EnumerateArray().Select(item => item.Clone()));
                cursor = paging.Next(answer, cursor, items);
            }

            if (participants is not null)
            {
                var fields = Item.With(DocumentField.Made("participants", (json, _) => WriteAll(json, participants)));
                page.Add(IdOf(meeting), details.Json, fields, RestTime.Of(details.Json.Text("end_time")));
            }
        }
    }

    private static string IdOf(JsonElement meeting) => meeting.RequiredText("A meeting of Zoom", "id");

    private static void WriteAll(Utf8JsonWriter json, List<JsonElement> items)
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            JsonValues.Write(json, item);
        }

        json.WriteEndArray();
    }

    /// <summary>Zoom wants a uuid with a slash at its beginning, or two in a row, escaped twice.</summary>
    private static string Escape(string uuid)
    {
        var once = Uri.EscapeDataString(uuid);
        return uuid.StartsWith('/') || uuid.Contains("//", StringComparison.Ordinal) ? Uri.EscapeDataString(once) : once;
    }
}
