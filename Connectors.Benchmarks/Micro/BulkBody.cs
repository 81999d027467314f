using BenchmarkDotNet.Attributes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB.Bson;
using Connectors.Sync.Bulk;
using Connectors.Sync.Bulk.Documents;
using Connectors.Sync.Diff;

namespace Connectors.Benchmarks.Micro;

/// <summary>Bodies of 500 operations from JSON that is there already: digest, action line, added fields, body.</summary>
[TakesSampleDocument]
public class BulkBody
{
    private const int Operations = 500;
    private readonly DocumentLines _lines = new(flags: null);
    private readonly List<(byte[] Id, byte[] Body)> _documents = [];
    private readonly DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [GlobalSetup]
    public void Setup()
    {
        var writer = new BsonJsonWriter(DateConversion.Clamp);
        for (var number = 0; number < TakesSampleDocumentAttribute.Count; number++)
        {
            using var body = new PooledBuffer();
            writer.WriteBody(MongoDB.Bson.BsonExtensionMethods.ToBson(SampleDocuments.Document(number)), body);
            _documents.Add((System.Text.Encoding.UTF8.GetBytes(SampleDocuments.Id(number).ToString()), body.WrittenSpan.ToArray()));
        }
    }

    [Benchmark(OperationsPerInvoke = TakesSampleDocumentAttribute.Count)]
    public int Compose()
    {
        var bytes = 0;
        for (var start = 0; start < _documents.Count; start += Operations)
        {
            using var batch = new BulkBatch();
            for (var index = start; index < start + Operations; index++)
            {
                var (id, body) = _documents[index];
                _lines.WriteUpsert(batch.Buffer, id, default, _now, DocumentVersion.Digest(body), body, default);
                batch.Add(BulkOperationKind.Add);
            }

            bytes += batch.SizeInBytes;
        }

        return bytes;
    }
}
