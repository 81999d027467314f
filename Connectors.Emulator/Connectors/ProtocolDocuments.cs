using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Emulator.Documents;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Connectors;

/// <summary>The documents of one of the two indices of the connector protocol, read and written as the Connector API does: without
/// conditions of its own.</summary>
internal sealed class ProtocolDocuments(Cluster cluster, DocumentWriter writer, string index)
{
    public const string Connectors = ".elastic-connectors";
    public const string SyncJobs = ".elastic-connectors-sync-jobs";

    public string IndexName => index + "-v1";

    /// <summary>The time as the API writes it: nanoseconds, in groups of three digits.</summary>
    public string Now => cluster.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    private EmulatedIndex? Table => cluster.Find(index) ?? cluster.Find(IndexName);

    public JsonObject? Find(string id) => Table?.Find(id) is { } document ? Parse(document) : null;

    /// <summary>All documents by id.</summary>
    public IEnumerable<(string Id, JsonObject Source)> All() =>
        (Table?.Documents.Snapshot() ?? []).Select(document => (document.Id, Parse(document)));

    /// <summary>Writes a whole document.</summary>
    /// <returns><c>created</c> or <c>updated</c>.</returns>
    public string Put(string id, JsonObject source) =>
        writer.Index(cluster.GetOrCreate(index), Bytes(id), Bytes(source.ToJsonString()), default, new DocumentParser()).Result!;

    /// <summary>Merges into a document, however others change it meanwhile.</summary>
    /// <returns><c>updated</c> or <c>noop</c>.</returns>
    /// <exception cref="ElasticErrorException">404: there is no such document.</exception>
    public string Merge(string id, JsonObject partial) =>
        writer
            .Update(
                cluster.GetOrCreate(index),
                Bytes(id),
                new JsonObject { ["doc"] = partial },
                default,
                retries: 100,
                new DocumentParser()
            )
            .Result!;

    /// <summary>Changes a document that is there, again when others were faster.</summary>
    /// <param name="id">The document.</param>
    /// <param name="change">Changes the document it is given; may throw.</param>
    /// <exception cref="ElasticErrorException">404: there is no such document.</exception>
    public string Change(string id, Action<JsonObject> change)
    {
        while (true)
        {
            var table = cluster.GetOrCreate(index);
            var document = table.Find(id) ?? throw ElasticErrors.MissingDocument(table.Name, table.Uuid, id).Thrown();
            var source = Parse(document);
            change(source);
            var outcome = writer.Index(
                table,
                Bytes(id),
                Bytes(source.ToJsonString()),
                new WriteCondition(document.SeqNo, 1),
                new DocumentParser()
            );
            if (outcome.Result is { } result)
            {
                return result;
            }
        }
    }

    public bool Delete(string id) => Table?.Documents.Delete(Bytes(id), default).Result == "deleted";

    private static JsonObject Parse(StoredDocument document) => (JsonObject)JsonNode.Parse(document.Source)!;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
