using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Salesforce.Streams;

/// <summary>The records that a query finds, each page with what its records refer to and with the posts of its cases.</summary>
/// <param name="name">What it lists.</param>
/// <param name="organization">Asks.</param>
/// <param name="query">Writes the query.</param>
/// <param name="what">The object, for what is asked for beside the query; <see langword="null"/> for nothing.</param>
internal sealed class RecordStream(
    string name,
    SalesforceOrganization organization,
    Func<CancellationToken, Task<string>> query,
    SalesforceObject? what = null
) : RestStream(name)
{
    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var request = cursor.Length == 0 ? SalesforceApi.Query(await query(cancellationToken)) : RestRequest.Get(cursor);
        using var answer = await organization.Api.Client.SendAsync(request, cancellationToken);
        var records = SalesforceApi.Pages.Items(answer);
        var feeds = what?.HasFeed == true ? await FeedsAsync(records, cancellationToken) : null;
        var posts = feeds?.SelectMany(posts => posts) ?? [];
        var additions = new RecordAdditions(
            what?.Lookups ?? [],
            await FindAsync(records, cancellationToken),
            feeds,
            await SubqueryPages.ReadAsync(
                organization.Api.Client,
                answer.Address,
                records.EnumerateArray().Concat(posts),
                cancellationToken
            )
        );
        foreach (var record in records.EnumerateArray())
        {
            await WriteAsync(organization, record, additions, page, cancellationToken);
        }

        return SalesforceApi.Pages.Next(answer, cursor, records);
    }

    /// <summary>Writes a record as a document.</summary>
    public static async Task WriteAsync(
        SalesforceOrganization organization,
        JsonElement record,
        RecordAdditions additions,
        StreamPage page,
        CancellationToken cancellationToken
    )
    {
        var id = record.RequiredText("A record of Salesforce", "Id");
        var allowed = organization.Access is { } access
            ? await access.OfObjectAsync(record.RequiredText("A record of Salesforce", "attributes", "type"), cancellationToken)
            : null;

        // Without a time: a record holds its owner, files and comments, which change without its LastModifiedDate.
        var json = page.Begin(id);
        json.WriteStartObject();
        if (allowed is not null)
        {
            AccessControl.Write(json, allowed);
        }

        json.WriteString("url", organization.LinkTo(id));
        RecordJson.Write(json, record, id, additions);
        json.WriteEndObject();
        page.End();
    }

    private async Task<Dictionary<string, JsonElement>> FindAsync(JsonElement records, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var lookups in (what?.Lookups ?? []).GroupBy(lookup => lookup.Object, StringComparer.Ordinal))
        {
            if (!await organization.Schema.IsQueryableAsync(lookups.Key, cancellationToken))
            {
                continue;
            }

            var columns = lookups.Key is "User" or "Contact" ? "Id, Name, Email" : "Id, Name";
            var ids = lookups.SelectMany(lookup => records.EnumerateArray().Select(record => record.Text(lookup.IdField))).OfType<string>();
            foreach (
                var row in await organization.Api.ListAsync(
                    some => $"SELECT {columns} FROM {lookups.Key} WHERE Id IN ({some})",
                    ids,
                    cancellationToken
                )
            )
            {
                found[row.RequiredText("A record of Salesforce", "Id")] = row;
            }
        }

        return found;
    }

    private async Task<ILookup<string, JsonElement>> FeedsAsync(JsonElement records, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> posts = await organization.Schema.IsQueryableAsync("CaseFeed", cancellationToken)
            ? await organization.Api.ListAsync(
                await organization.Queries.FeedAsync(cancellationToken),
                records.EnumerateArray().Select(record => record.RequiredText("A case of Salesforce", "Id")),
                cancellationToken
            )
            : [];
        return posts.ToLookup(post => post.RequiredText("A post of Salesforce", "ParentId"), StringComparer.Ordinal);
    }
}
