using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Microsoft;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Outlook;

/// <summary>Makes documents of what is in a mailbox.</summary>
/// <param name="client">Fetches contents.</param>
/// <param name="batch">Asks for attachments.</param>
/// <param name="mailbox">The mailbox's address: <c>users/U</c>.</param>
/// <param name="owner">Who has it, by name.</param>
/// <param name="access">Who may see it; <see langword="null"/> when access control is off.</param>
internal sealed class OutlookDocuments(RestClient client, GraphBatch batch, string mailbox, string owner, IReadOnlyList<string>? access)
{
    private static readonly DocumentFields Contact = DocumentFields.Of(
        DocumentField.Constant("type", "Contact"),
        DocumentField.Value("name", "displayName"),
        DocumentField.Each("email_addresses", ["emailAddresses"], "address"),
        OutlookFields.Texts("contact_numbers", "businessPhones", "homePhones", "mobilePhone"),
        DocumentField.Value("company_name", "companyName"),
        OutlookFields.Day("birthday", "birthday")
    );

    private static readonly DocumentFields Event = DocumentFields.Of(
        DocumentField.Constant("type", "Calendar"),
        DocumentField.Value("title", "subject"),
        DocumentField.Made("meeting_type", (json, item) => json.WriteStringValue(Recurrence.KindOf(item))),
        DocumentField.Value("organizer", "organizer", "emailAddress", "address"),
        DocumentField.Made("attendees", WriteAttendees),
        OutlookFields.Time("start_date", "start"),
        OutlookFields.Time("end_date", "end"),
        DocumentField.Made("location", (json, item) => json.WriteStringValue(item.Text("location", "displayName"))),
        OutlookFields.Body("content")
    );

    private static readonly DocumentFields Birthday = DocumentFields.Of(
        DocumentField.Constant("type", "Calendar"),
        DocumentField.Value("title", "subject"),
        DocumentField.Made("meeting_type", (json, item) => json.WriteStringValue("RecurringMaster")),
        DocumentField.Made("organizer", (json, _) => json.WriteNullValue()),
        OutlookFields.Day("date", "start")
    );

    private readonly DocumentFields _task = DocumentFields.Of(
        DocumentField.Constant("type", "Task"),
        DocumentField.Value("title"),
        DocumentField.Constant("owner", owner),
        OutlookFields.Day("start_date", "startDateTime"),
        OutlookFields.Day("due_date", "dueDateTime"),
        OutlookFields.Day("complete_date", "completedDateTime"),
        OutlookFields.Texts("categories", "categories"),
        OutlookFields.Word("importance"),
        OutlookFields.Body("content"),
        OutlookFields.Word("status")
    );

    /// <summary>Mails, each with its attachments.</summary>
    /// <param name="type">What documents call them: <c>Inbox Mails</c>.</param>
    /// <param name="mails">The mails.</param>
    /// <param name="page">Takes the documents.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public Task WriteMailsAsync(string type, JsonElement mails, StreamPage page, CancellationToken cancellationToken)
    {
        var fields = DocumentFields.Of(
            DocumentField.Constant("type", type),
            DocumentField.Value("title", "subject"),
            DocumentField.Value("sender", "sender", "emailAddress", "address"),
            OutlookFields.Addresses("to_recipients", "toRecipients"),
            OutlookFields.Addresses("cc_recipients", "ccRecipients"),
            OutlookFields.Addresses("bcc_recipients", "bccRecipients"),
            OutlookFields.Word("importance"),
            OutlookFields.Texts("categories", "categories"),
            OutlookFields.Body("message")
        );
        return WriteAsync(mails, fields, "Mail Attachment", $"{mailbox}/messages", page, cancellationToken);
    }

    /// <summary>Contacts.</summary>
    public void WriteContact(JsonElement contact, StreamPage page) => Add(contact, Contact, page);

    /// <summary>Tasks of a list, each with its attachments.</summary>
    public Task WriteTasksAsync(string list, JsonElement tasks, StreamPage page, CancellationToken cancellationToken) =>
        WriteAsync(tasks, _task, "Task Attachment", $"{mailbox}/todo/lists/{list}/tasks", page, cancellationToken);

    /// <summary>Events of a calendar, each with its attachments.</summary>
    public Task WriteEventsAsync(bool areBirthdays, JsonElement events, StreamPage page, CancellationToken cancellationToken) =>
        WriteAsync(events, areBirthdays ? Birthday : Event, "Calendar Attachment", $"{mailbox}/events", page, cancellationToken);

    private static string IdOf(JsonElement item) => item.RequiredText("An item of a mailbox of Outlook", "id");

    private static void WriteAttendees(Utf8JsonWriter json, JsonElement item)
    {
        json.WriteStartArray();
        foreach (var attendee in item.Items("attendees").Where(attendee => attendee.Text("type") == "required"))
        {
            if (attendee.Text("emailAddress", "address") is { } address)
            {
                json.WriteStringValue(address);
            }
        }

        json.WriteEndArray();
    }

    private async Task WriteAsync(
        JsonElement items,
        DocumentFields fields,
        string attachmentType,
        string path,
        StreamPage page,
        CancellationToken cancellationToken
    )
    {
        var parents = items
            .EnumerateArray()
            .Where(item => item.Find("hasAttachments") is { ValueKind: JsonValueKind.True })
            .Select(IdOf)
            .ToList();
        var lists = await batch.ListsAsync(
            [.. parents.Select(parent => $"/{path}/{parent}/attachments?$select=id,name,size,lastModifiedDateTime")],
            cancellationToken
        );
        foreach (var item in items.EnumerateArray())
        {
            Add(item, fields, page);
        }

        for (var index = 0; index < parents.Count; index++)
        {
            if (lists[index] is not { } attachments)
            {
                page.AddGap(
                    $"{path}/{parents[index]}",
                    "It was moved or deleted while it was read, so its attachments are not known."
                );
                continue;
            }

            foreach (var attachment in attachments)
            {
                WriteAttachment(attachment, attachmentType, $"{path}/{parents[index]}/attachments", page);
            }
        }
    }

    private void WriteAttachment(JsonElement attachment, string type, string path, StreamPage page)
    {
        var fields = DocumentFields.Of(
            DocumentField.Value("title", "name"),
            DocumentField.Constant("type", type),
            DocumentField.Value("size")
        );

        // A mail in a mail, and a link to a file elsewhere, are no files.
        var isFile = attachment.Text("@odata.type") is null or "#microsoft.graph.fileAttachment" or "#microsoft.graph.taskFileAttachment";
        var content =
            isFile && attachment.Text("name") is { } name && attachment.Number("size") is > 0 and var size
                ? new RestContent(client, RestRequest.Get($"{path}/{IdOf(attachment)}/$value").AsFile(), name, size)
                : null;
        Add(attachment, fields, page, content);
    }

    private void Add(JsonElement item, DocumentFields fields, StreamPage page, DocumentContent? content = null) =>
        page.Add(ExchangeId.ToEws(IdOf(item)), item, fields, RestTime.Of(item.Text("lastModifiedDateTime")), content, access);
}
