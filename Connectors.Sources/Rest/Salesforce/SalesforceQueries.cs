using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>Writes the queries (SOQL) for objects, with the fields that the organization has.</summary>
internal sealed class SalesforceQueries(SalesforceSchema schema)
{
    /// <summary>The relationship from a record to its files.</summary>
    public const string FileLinks = "ContentDocumentLinks";

    /// <summary>The longest query that still fits into an address, which Salesforce takes up to 16 KB of.</summary>
    public const int MaxLength = 12_000;

    /// <summary>Extensions of files that text is taken from, as the Python service has them.</summary>
    private const string Extensions =
        "'txt','py','rst','html','markdown','json','xml','csv','md','ppt','rtf','docx','odt','xls','xlsx','rb','paper','sh','pptx',"
        + "'pdf','doc','aspx','xlsb','xlsm','tsv','svg','msg','potx','vsd','vsdx','vsdm'";

    private const string HasText = $"ContentDocument.FileExtension IN ({Extensions})";

    private static readonly string[] Times = ["CreatedDate", "LastModifiedDate"];

    /// <summary>What every record is asked for.</summary>
    public static readonly string[] Identity = ["Id", "LastModifiedDate"];

    /// <summary>A condition for what changed since a time.</summary>
    public static string ChangedSince(DateTimeOffset time, string prefix = "") =>
        $"{prefix}SystemModstamp >= {time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}";

    /// <summary>The query for the records of a standard object.</summary>
    public async Task<string> RecordsAsync(SalesforceObject what, CancellationToken cancellationToken)
    {
        var described = await schema.DescribeAsync(what.Name, cancellationToken);
        List<string> columns = ["Id", .. Times, .. Known(what.Fields, described), .. what.Related];
        foreach (var child in what.Children)
        {
            columns.AddRange(await ChildrenAsync(child, cancellationToken));
        }

        columns.AddRange(await FilesAsync(described, cancellationToken));
        return Select(columns, what.Name);
    }

    /// <summary>The query for the records of a custom object, with all its fields.</summary>
    public async Task<string> CustomRecordsAsync(string name, CancellationToken cancellationToken)
    {
        var described = await schema.DescribeAsync(name, cancellationToken);
        var query = Select(
            [.. Identity.Union(described.Fields, StringComparer.OrdinalIgnoreCase), .. await FilesAsync(described, cancellationToken)],
            name
        );
        return query.Length <= MaxLength
            ? query
            : throw new ConnectorException(
                $"custom_objects_to_sync: {name} has more fields ({described.Fields.Count}) than fit into one query. Hide fields from the "
                    + "user of the connector, or name those that you need in a rule."
            );
    }

    /// <summary>The query for the posts of cases.</summary>
    public async Task<Func<string, string>> FeedAsync(CancellationToken cancellationToken)
    {
        var feed = SalesforceObject.CaseFeed;
        var described = await schema.DescribeAsync(feed.Name, cancellationToken);
        string[] columns =
        [
            "Id",
            .. Times,
            .. Known(feed.Fields, described),
            .. feed.Related,
            .. await ChildrenAsync(feed.Children[0], cancellationToken),
        ];
        return ids => $"{Select(columns, feed.Name)} WHERE ParentId IN ({ids})";
    }

    /// <summary>The query for the users.</summary>
    public async Task<string> UsersAsync(CancellationToken cancellationToken)
    {
        var user = SalesforceObject.User;
        return Select(["Id", .. Times, .. Known(user.Fields, await schema.DescribeAsync(user.Name, cancellationToken))], user.Name);
    }

    /// <summary>The query for the links from the records of an object to files with text.</summary>
    /// <param name="name">The object.</param>
    /// <param name="condition">A further condition; empty for none.</param>
    public static string Links(string name, string condition) =>
        $"SELECT ContentDocumentId, LinkedEntityId FROM ContentDocumentLink WHERE LinkedEntityId IN (SELECT Id FROM {name}) AND {HasText}"
        + (condition.Length == 0 ? string.Empty : $" AND {condition}");

    /// <summary>The query for files by their ids.</summary>
    public async Task<Func<string, string>> FilesAsync(CancellationToken cancellationToken)
    {
        var columns = await FileColumnsAsync(string.Empty, cancellationToken);
        return ids => $"{Select(columns, "ContentDocument")} WHERE Id IN ({ids})";
    }

    private async Task<IEnumerable<string>> FilesAsync(SalesforceSchema.DescribedObject described, CancellationToken cancellationToken) =>
        described.HasFiles && await schema.HasFilesAsync(cancellationToken)
            ? [$"({Select(await FileColumnsAsync("ContentDocument.", cancellationToken), FileLinks)} WHERE {HasText})"]
            : [];

    private async Task<List<string>> FileColumnsAsync(string prefix, CancellationToken cancellationToken)
    {
        var document = await schema.DescribeAsync("ContentDocument", cancellationToken);
        var version = await schema.DescribeAsync("ContentVersion", cancellationToken);
        string[] names =
        [
            "Id",
            .. Times,
            .. Known(["Title", "FileExtension", "ContentSize", "Description"], document),
            "LatestPublishedVersion.Id",
            "LatestPublishedVersion.CreatedDate",
            .. Known(["VersionDataUrl", "VersionNumber"], version).Select(name => $"LatestPublishedVersion.{name}"),
            .. SalesforceObject.Owner,
            .. SalesforceObject.Creator,
        ];
        return [.. names.Select(name => prefix + name)];
    }

    private async Task<IEnumerable<string>> ChildrenAsync(SalesforceObject.ChildRecords child, CancellationToken cancellationToken)
    {
        if (!await schema.IsQueryableAsync(child.Object, cancellationToken))
        {
            return [];
        }

        var fields = Known(child.Fields, await schema.DescribeAsync(child.Object, cancellationToken));
        return [$"({Select(["Id", .. child.HasTimes ? Times : [], .. fields, .. child.Related], child.Relationship)} {child.Tail})"];
    }

    private static IEnumerable<string> Known(IEnumerable<string> fields, SalesforceSchema.DescribedObject described) =>
        fields.Where(field => described.Fields.Contains(field, StringComparer.OrdinalIgnoreCase));

    private static string Select(IEnumerable<string> columns, string from) => $"SELECT {string.Join(", ", columns)} FROM {from}";
}
