using System.Globalization;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.ServiceNow;

/// <summary>The rows of a table that a query finds, each page with the attachments of its rows.</summary>
/// <param name="client">Fetches contents.</param>
/// <param name="batch">Asks.</param>
/// <param name="table">The table's name.</param>
/// <param name="query">An encoded query; empty for all rows.</param>
/// <param name="access">Who may read the table; <see langword="null"/> when access control is off.</param>
internal sealed class RecordStream(RestClient client, ServiceNowBatch batch, string table, string query, ServiceNowAccess? access)
    : RestStream("records")
{
    private const int AttachmentsAtATime = 10;
    private long? _count;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var offset = cursor.Length == 0 ? 0 : long.Parse(cursor, CultureInfo.InvariantCulture);
        var count = _count ??= await batch.CountAsync(table, query, cancellationToken);
        if (count == 0)
        {
            return null;
        }

        var allowed = access is null ? null : await access.OfAsync(table, cancellationToken);
        var rows = (await batch.GetAsync([ServiceNowBatch.Page($"/api/now/table/{table}", query, offset)], cancellationToken))[0];
        foreach (var row in rows)
        {
            Add(page, row, content: null, allowed);
        }

        foreach (var some in rows.Select(IdOf).Chunk(AttachmentsAtATime))
        {
            await AddAttachmentsAsync(page, some, allowed, cancellationToken);
        }

        var next = offset + ServiceNowBatch.PageSize;
        if (next < count)
        {
            return next.ToString(CultureInfo.InvariantCulture);
        }

        if (offset > 0 && await batch.CountAsync(table, query, cancellationToken) < count)
        {
            page.AddGap(
                table,
                "rows were removed while the table was read, so others may have been passed over"
            );
        }

        return null;
    }

    private static string IdOf(JsonElement row) => row.RequiredText("A row of ServiceNow", "sys_id");

    private static void Add(StreamPage page, JsonElement row, DocumentContent? content, IReadOnlyList<string>? allowed) =>
        page.Add(IdOf(row), row, DocumentFields.AllFilled, RestTime.Of(row.Text("sys_updated_on")), content, allowed);

    private async Task AddAttachmentsAsync(
        StreamPage page,
        string[] rows,
        IReadOnlyList<string>? allowed,
        CancellationToken cancellationToken
    )
    {
        for (long offset = 0; rows.Length > 0; offset += ServiceNowBatch.PageSize)
        {
            var lists = await batch.GetAsync(
                [.. rows.Select(row => ServiceNowBatch.Page($"/api/now/attachment?table_sys_id={row}", string.Empty, offset))],
                cancellationToken
            );
            foreach (var attachment in lists.SelectMany(list => list))
            {
                Add(page, attachment, ContentOf(attachment), allowed);
            }

            // Few rows have more attachments than fit on a page.
            rows = [.. rows.Where((_, index) => lists[index].Count == ServiceNowBatch.PageSize)];
        }
    }

    private RestContent? ContentOf(JsonElement attachment) =>
        attachment.Number("size_bytes") is > 0 and var size && attachment.Text("file_name") is { } name
            ? new RestContent(client, RestRequest.Get($"/api/now/attachment/{IdOf(attachment)}/file").AsFile(), name, size)
            : null;
}
