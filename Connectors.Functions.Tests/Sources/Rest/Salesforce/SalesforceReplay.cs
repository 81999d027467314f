using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Sources.Rest.Salesforce;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Salesforce;

/// <summary>
/// How the recording of Salesforce is replayed. Ours ask for some things in another way: for what records refer to by ids instead of for
/// all there is, for files by themselves (https://developer.salesforce.com/docs, Object Reference: ContentDocument, ContentDocumentLink),
/// and for fields by their names instead of by FIELDS(). The answers to these are made of the recorded ones.
/// </summary>
internal static partial class SalesforceReplay
{
    private const string Query = "/services/data/v59.0/query";

    private static readonly Lazy<IReadOnlyList<JsonObject>> Exchanges = new(() =>
        [
            .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recorded", "sources", "salesforce", "http.jsonl"))
                .Select(line => JsonNode.Parse(line)!.AsObject()),
        ]
    );

    private static readonly byte[] LargeFile = new byte[20_000_000];

    public static ReplaySource Source { get; } =
        new("salesforce", context => new SalesforceDataSource(context)) { Answer = Answer, Normalize = Normalize };

    /// <summary>The recorded documents, with the host that the connector is configured with.</summary>
    public static IReadOnlyList<JsonObject> Documents(Recording recording, string file) =>
        [
            .. recording
                .Documents(file)
                .Where(document => document["_id"] is not null)
                .Select(document =>
                    JsonNode
                        .Parse(
                            document
                                .ToJsonString()
                                .Replace("https://salesforce.test", "https://fabrikam.my.salesforce.com", StringComparison.Ordinal)
                        )!
                        .AsObject()
                ),
        ];

    /// <summary>An answer to a query.</summary>
    public static ReplayAnswer Records(IEnumerable<JsonNode?> records)
    {
        var list = new JsonArray([.. records.Select(record => record?.DeepClone())]);
        return ReplayAnswer.Json(
            new JsonObject
            {
                ["totalSize"] = list.Count,
                ["done"] = true,
                ["records"] = list,
            }
        );
    }

    /// <summary>A page of an answer to a query, of five records in all.</summary>
    /// <param name="next">What names the next page; <see langword="null"/> for the last one.</param>
    /// <param name="records">The records of the page.</param>
    public static ReplayAnswer Page(string? next, params JsonNode[] records)
    {
        var page = new JsonObject { ["totalSize"] = 5, ["done"] = next is null };
        if (next is not null)
        {
            page["nextRecordsUrl"] = $"{Query}/{next}";
        }

        page["records"] = new JsonArray(records);
        return ReplayAnswer.Json(page);
    }

    /// <summary>The query of a request; empty for other requests.</summary>
    public static string SoqlOf(ReplayRequest request) =>
        SoqlKey.Of(request.Query.FirstOrDefault(parameter => parameter.Key == "q").Value ?? string.Empty);

    /// <summary>The ids in a condition, in upper case.</summary>
    public static IReadOnlyList<string> IdsOf(string soql) =>
        [
            .. QuotedId()
                .Matches(soql[soql.LastIndexOf(" in (", StringComparison.Ordinal)..])
                .Select(id => id.Groups["value"].Value.ToUpperInvariant()),
        ];

    private static ReplayAnswer? Answer(ReplayRequest request, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var path = request.Url.AbsolutePath;
        if (path.EndsWith("/describe", StringComparison.Ordinal) || path.EndsWith("/sobjects", StringComparison.Ordinal))
        {
            // Not asked for in each run.
            return find(request)
                ?? Exchanges
                    .Value.Where(exchange => ((string)exchange["request"]!["url"]!).EndsWith(path, StringComparison.Ordinal))
                    .Select(exchange => ReplayAnswer.Json(exchange["response"]!["body"]))
                    .FirstOrDefault();
        }

        // The recorded source did not ask for it, as it is too large.
        if (path.EndsWith("/ContentVersion/068A2/VersionData", StringComparison.Ordinal))
        {
            return new ReplayAnswer(200, new Dictionary<string, string>(StringComparer.Ordinal), LargeFile);
        }

        var soql = SoqlOf(request);
        return soql.Contains("where linkedentityid in (select id from ", StringComparison.Ordinal) ? LinksOf(soql)
            : soql.Contains(" from contentdocumentlink where contentdocumentid in (", StringComparison.Ordinal)
                ? SharesOf(soql, find, request)
            : soql.Contains(" from contentdocument where id in (", StringComparison.Ordinal) ? FilesOf(soql)
            : ReferredTo().Match(soql) is { Success: true } referred ? Some(request, soql, referred.Groups["value"].Value, find)
            : soql.StartsWith("select company,convertedaccountid,email,id,lastmodifieddate", StringComparison.Ordinal)
                ? find(Ask(request, "SELECT FIELDS(STANDARD) FROM Lead LIMIT 200 OFFSET 0"))
            : null;
    }

    private static ReplayRequest Normalize(ReplayRequest request) =>
        (
            request with
            {
                Url = new UriBuilder(request.Url) { Host = "salesforce.test" }.Uri,
                // Client and secret stand there, which are no placeholders here.
                Body = request.Url.AbsolutePath.EndsWith("/token", StringComparison.Ordinal) ? null : request.Body,
            }
        ).WithQuery("q", SoqlKey.Of);

    private static ReplayRequest Ask(ReplayRequest request, string soql) =>
        request with
        {
            Url = new Uri(request.Url, $"{Query}?q={Uri.EscapeDataString(soql)}"),
        };

    private static ReplayAnswer LinksOf(string soql)
    {
        var name = LinkedObject().Match(soql).Groups["value"].Value;
        return Records(
            Links()
                .Where(link => string.Equals(link.Object, name, StringComparison.OrdinalIgnoreCase))
                .Select(link => new JsonObject
                {
                    ["attributes"] = new JsonObject { ["type"] = "ContentDocumentLink" },
                    ["ContentDocumentId"] = (string)link.File["Id"]!,
                    ["LinkedEntityId"] = link.Record,
                })
        );
    }

    private static ReplayAnswer FilesOf(string soql)
    {
        var ids = IdsOf(soql);
        return Records(
            Links().Select(link => link.File).Where(file => ids.Contains((string)file["Id"]!)).DistinctBy(file => (string)file["Id"]!)
        );
    }

    /// <summary>With whom files are shared: with users, as recorded, and with the records that they are linked to.</summary>
    private static ReplayAnswer SharesOf(string soql, Func<ReplayRequest, ReplayAnswer?> find, ReplayRequest request)
    {
        var shares = new List<JsonNode?>();
        foreach (var id in IdsOf(soql))
        {
            var recorded = find(
                Ask(
                    request,
                    $"SELECT ContentDocumentId, LinkedEntityId, LinkedEntity.Name FROM ContentDocumentLink WHERE ContentDocumentId = '{id}'"
                )
            )!;
            var entities = JsonNode.Parse(recorded.Body)!["records"]!.AsArray().Select(row => (string)row!["LinkedEntityId"]!);
            var records = Links().Where(link => (string)link.File["Id"]! == id).Select(link => link.Record);
            shares.AddRange(
                entities
                    .Concat(records)
                    .Distinct(StringComparer.Ordinal)
                    .Select(entity => new JsonObject { ["ContentDocumentId"] = id, ["LinkedEntityId"] = entity })
            );
        }

        return Records(shares);
    }

    /// <summary>Some records of those that were recorded, where all were asked for.</summary>
    private static ReplayAnswer? Some(ReplayRequest request, string soql, string name, Func<ReplayRequest, ReplayAnswer?> find)
    {
        var columns = name is "user" or "contact" ? "Id, Name, Email" : "Id, Name";
        var all = find(Ask(request, $"SELECT {columns} FROM {name}"))
            ?? find(Ask(request, "SELECT Id, CreatedDate, LastModifiedDate, Name, Email, UserType FROM User"));
        var ids = IdsOf(soql);
        return all is null
            ? null
            : Records(JsonNode.Parse(all.Body)!["records"]!.AsArray().Where(record => ids.Contains((string)record!["Id"]!)));
    }

    private static IEnumerable<(string Object, string Record, JsonObject File)> Links() =>
        from exchange in Exchanges.Value
        from record in (exchange["response"]!["body"] as JsonObject)?["records"] as JsonArray ?? []
        let type = (string?)record!["attributes"]?["type"]
        from link in (record["ContentDocumentLinks"] as JsonObject)?["records"] as JsonArray ?? []
        group (type, (string)record["Id"]!, link["ContentDocument"]!.AsObject()) by (
            (string)record["Id"]!,
            (string)link["ContentDocument"]!["Id"]!
        ) into same
        select same.First();

    [GeneratedRegex("'(?<value>[a-z0-9]+)'", RegexOptions.None, 1000)]
    private static partial Regex QuotedId();

    [GeneratedRegex(@"in \(select id from (?<value>\w+)\)", RegexOptions.None, 1000)]
    private static partial Regex LinkedObject();

    [GeneratedRegex(@" from (?<value>account|contact|opportunity|user) where id in \(", RegexOptions.None, 1000)]
    private static partial Regex ReferredTo();
}
