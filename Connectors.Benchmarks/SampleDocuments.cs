using System.Buffers.Binary;
using MongoDB.Bson;

namespace Connectors.Benchmarks;

/// <summary>
/// Documents as an order system would keep them in MongoDB, about 1 KB of BSON each: ObjectId, strings, whole numbers and fractions,
/// decimals, dates, nested documents, arrays of documents, a text of varying length. The same number always makes the same document.
/// </summary>
internal static class SampleDocuments
{
    private const int Epoch = 1_767_225_600; // 2026-01-01, the second that the first ObjectId was made

    private static readonly string[] Words =
    [
        "delivery",
        "before",
        "noon",
        "please",
        "leave",
        "at",
        "the",
        "reception",
        "customer",
        "called",
        "twice",
        "about",
        "colour",
        "and",
        "size",
        "gift",
        "wrapped",
        "no",
        "invoice",
        "inside",
        "fragile",
        "crème",
        "brûlée",
        "\"quoted\"",
        "Straße",
        "naïve",
        "línea",
        "東京",
        "back\\slash",
        "new\nline",
    ];

    private static readonly string[] Cities = ["Berlin", "Lyon", "Oslo", "Porto", "Gdańsk", "Zürich", "Turin", "Malmö"];
    private static readonly string[] States = ["open", "paid", "packed", "shipped", "delivered", "returned"];

    /// <summary>The first <paramref name="count"/> documents, in the order of their ids.</summary>
    public static IEnumerable<byte[]> Bson(int count) => Enumerable.Range(0, count).Select(number => Document(number).ToBson());

    /// <summary>The <c>_id</c> of a document.</summary>
    public static ObjectId Id(int number) => ObjectIdOf(Epoch + (number / 50), 0x01, number);

    /// <summary>One document.</summary>
    public static BsonDocument Document(int number)
    {
        var random = new Random(number);
        var created = DateTime.UnixEpoch.AddSeconds(Epoch + (number / 50)).AddMilliseconds(random.Next(1000));
        return new BsonDocument
        {
            { "_id", Id(number) },
            { "number", number },
            { "state", Pick(random, States) },
            { "created", created },
            { "changed", created.AddMinutes(random.Next(100_000)) },
            { "total", random.Next(1_000_000) / 100.0 },
            { "tax", new Decimal128(random.Next(100_000) / 100m) },
            { "points", random.NextInt64(10_000_000_000) },
            { "paid", random.Next(2) == 0 },
            { "coupon", random.Next(3) == 0 ? "SPRING-" + random.Next(1000) : BsonNull.Value },
            { "customer", Customer(random) },
            { "lines", new BsonArray(Enumerable.Range(1, 1 + random.Next(4)).Select(line => Line(random, line))) },
            { "tags", new BsonArray(Enumerable.Range(0, random.Next(6)).Select(_ => Pick(random, Words))) },
            { "note", Text(random, 20 + random.Next(60)) },
        };
    }

    private static BsonDocument Customer(Random random) =>
        new()
        {
            { "_id", ObjectIdOf(Epoch - random.Next(100_000_000), 0x02, random.Next(0xFF_FFFF)) },
            { "name", Pick(random, Words) + " " + Pick(random, Words) },
            { "email", $"customer{random.Next(1_000_000)}@example.com" },
            {
                "address",
                new BsonDocument
                {
                    { "street", $"{Pick(random, Words)} {random.Next(200)}" },
                    { "city", Pick(random, Cities) },
                    { "zip", random.Next(10_000, 99_999).ToString() },
                    {
                        "location",
                        new BsonArray { Math.Round(random.NextDouble() * 180, 6), Math.Round(random.NextDouble() * 90, 6) }
                    },
                }
            },
        };

    private static BsonDocument Line(Random random, int line) =>
        new()
        {
            { "line", line },
            { "sku", $"SKU-{random.Next(100_000):D5}" },
            { "title", Text(random, 3) },
            { "quantity", 1 + random.Next(9) },
            { "price", random.Next(100_000) / 100.0 },
        };

    private static string Text(Random random, int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => Pick(random, Words)));

    /// <summary>Four bytes of seconds, five of the process, three of a counter.</summary>
    private static ObjectId ObjectIdOf(int seconds, byte process, int counter)
    {
        var bytes = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), counter);
        BinaryPrimitives.WriteInt32BigEndian(bytes, seconds);
        bytes[4] = 0x5E;
        bytes[8] = process;
        return new ObjectId(bytes);
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
