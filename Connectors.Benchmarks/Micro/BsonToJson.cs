using System.Text;
using BenchmarkDotNet.Attributes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB.Bson;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace Connectors.Benchmarks.Micro;

/// <summary>A document's BSON bytes into JSON bytes: ours, beside the way over the driver's object graph.</summary>
[TakesSampleDocument]
public class BsonToJson
{
    private static readonly JsonWriterSettings Relaxed = new() { OutputMode = JsonOutputMode.RelaxedExtendedJson };
    private readonly byte[][] _documents = [.. SampleDocuments.Bson(TakesSampleDocumentAttribute.Count)];
    private readonly BsonJsonWriter _writer = new(DateConversion.Clamp);
    private readonly PooledBuffer _buffer = new(64 * 1024);

    [Benchmark(Baseline = true, OperationsPerInvoke = TakesSampleDocumentAttribute.Count)]
    public int OverBsonDocument()
    {
        var bytes = 0;
        foreach (var document in _documents)
        {
            bytes += Encoding.UTF8.GetBytes(BsonSerializer.Deserialize<BsonDocument>(document).ToJson(Relaxed)).Length;
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = TakesSampleDocumentAttribute.Count)]
    public int BytesToBytes()
    {
        var bytes = 0;
        foreach (var document in _documents)
        {
            _buffer.Clear();
            _writer.WriteBody(document, _buffer);
            bytes += _buffer.Length;
        }

        return bytes;
    }
}
