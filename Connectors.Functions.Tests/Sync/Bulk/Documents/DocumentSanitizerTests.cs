using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Connectors.Sync.Bulk.Documents;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sync.Bulk.Documents;

public sealed class DocumentSanitizerTests
{
    public static TheoryData<string, string, string> Bodies =>
        new()
        {
            // What it is, the body, and what becomes of it.
            { "empty name", """{"":1}""", """{"_":1}""" },
            { "blank name", """{"  ":1}""", """{"_":1}""" },
            { "an escaped tab", """{"\t":1}""", """{"_":1}""" },
            { "a blank that is written as its number", """{"a":{"\u0020\u3000":1}}""", """{"a":{"_":1}}""" },
            { "a next line", "{\"\u0085\":1}", """{"_":1}""" },
            { "a no-break space", "{\"\u00a0 \":1}", """{"_":1}""" },
            { "an Ogham space", "{\"\u1680\":1}", """{"_":1}""" },
            { "a hair space", "{\"x\":1,\"\u200a\":2}", """{"x":1,"_":2}""" },
            { "a mathematical space", "{\"\u205f\":1}", """{"_":1}""" },
            { "an ideographic space", "{\"\u3000\":1}", """{"_":1}""" },
            { "a dot that is written as its number", """{"a\u002e\u002eb":1}""", """{"a._.b":1}""" },
            { "only dots", """{"..":1}""", """{"_":1}""" },
            { "leading dot", """{".x":1}""", """{"_.x":1}""" },
            { "blank part", """{"x..y":1,"x. .z":2}""", """{"x._.y":1,"x._.z":2}""" },
            { "a quote after a blank part", """{"a..b\"c":1}""", """{"a._.b\"c":1}""" },
            { "empty name below", """{"a":{"":{"":true}}}""", """{"a":{"_":{"_":true}}}""" },
            { "two blank names", """{"":1," ":2,"_":3}""", """{"__":1,"___":2,"_":3}""" },
            { "a value beside a name with dots", """{"a":5,"a.b":1}""", """{"a":5,"a_b":1}""" },
            { "the same the other way round", """{"a.b":1,"a":5}""", """{"a_b":1,"a":5}""" },
            { "three levels", """{"a.b.c":1,"a.b":5}""", """{"a.b.c":1,"a_b":5}""" },
            { "a value in an object beside its dotted path as an object", """{"a":{"b":1},"a.b.c":2}""", """{"a":{"b":1},"a_b_c":2}""" },
            { "an object beside its dotted path as a value", """{"a":{"b":{"c":1}},"a.b":2}""", """{"a":{"b":{"c":1}},"a_b":2}""" },
            { "the name that would be given is there", """{"a":5,"a.b":1,"a_b":2}""", """{"a":5,"a_b_":1,"a_b":2}""" },
            { "an array that mixes values and objects", """{"a":[1,{"b":2},"t"]}""", """{"a":[1,"{\"b\":2}","t"]}""" },
            { "the same, the object first", """{"a":[{"b":2},null,3],"c":1}""", """{"a":["{\"b\":2}",null,3],"c":1}""" },
            { "objects in an array within an array, after a value", """{"a":[1,[{"b":2}]]}""", """{"a":[1,["{\"b\":2}"]]}""" },
            { "the same before it", """{"a":[[{"b":2}],1]}""", """{"a":[["{\"b\":2}"],1]}""" },
            { "the same beside another array", """{"a":[[1],[{"b":2}]]}""", """{"a":[[1],["{\"b\":2}"]]}""" },
            {
                "objects in an array that disagree",
                """{"a":[{"x":1},{"x":{"y":2}},{"x":3}],"b.c":1}""",
                """{"a":[{"x":1},{"x_":{"y":2}},{"x":3}],"b.c":1}"""
            },
            { "two of one name, found on the way", """{"a.b":1,"c":1,"c":2}""", """{"a.b":1,"c":1}""" },
            {
                "a number that only text can hold, kept digit by digit",
                """{"":1e400,"n":123456789012345678901234567890.10}""",
                """{"_":1e400,"n":123456789012345678901234567890.10}"""
            },
        };

    public static TheoryData<string> Ordinary =>
        [
            "{}",
            """{"a":1,"b":"text. with: dots","c":{"d":[1,2],"e":null}}""",
            """{"a":[{"b":1},{"b":2}]}""",
            """{"a":[{"b":{"c":1}}],"d":"x"}""",
            """{"address":{"city":"Wien"},"items":[{"sku":"x","size":{"w":1},"q":1},{"sku":"y"}],"text":"a.b: c {and so on}"}""",
            """{"a":"\tx","b":["\"quoted\""],"c":"«x»","d":"… x"}""",
            """{"price":1.5,"when":"2026-01-01T00:00:00.000Z","url":"https://example.com/a.b"}""",
        ];

    public static TheoryData<string> FineAsTheyAre =>
        [
            """{"a.b":1,"a":{"c":2}}""",
            """{"a.b":1,"a":{"b":2}}""",
            """{"x.":1}""",
            """{"a.b":1,"a":null}""",
            """{"a":[],"a.b":1}""",
            """{"a":[[1,2],[3]],"b":[{"c":1},{"c":2}],"d":1}""",
            """{"a":"he said \":","b":1}""",
            """{"a":":x"}""",
            """{"a": not JSON .":""",
        ];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void BodiesThatElasticsearchWouldRejectAreSanitized(string what, string body, string sanitized)
    {
        Assert.True(DocumentSanitizer.NeedsSanitizing(Encoding.UTF8.GetBytes(body)), what);
        Assert.Equal(sanitized, Sanitize(body));
        Assert.Equal(sanitized, Sanitize(sanitized));
    }

    [Theory]
    [MemberData(nameof(Ordinary))]
    public void OrdinaryBodiesAreNotEvenParsed(string body) =>
        Assert.False(DocumentSanitizer.NeedsSanitizing(Encoding.UTF8.GetBytes(body)));

    /// <summary>Whatever names and texts are made of what the scan looks for.</summary>
    [Fact]
    public void WhatIsNotParsedWouldNotBeChanged()
    {
        var text = Gen.OneOf("a", "b", ".", " ", "\t", "\u00a0", "\u3000", "\"", "\\", ":", "{", "[", ",", "}")
            .Array[0, 4]
            .Select(string.Concat);
        var value = Gen.Recursive<JsonNode?>(
            (depth, inner) =>
                depth > 3
                    ? text.Select(one => (JsonNode?)one)
                    : Gen.OneOf(
                        text.Select(one => (JsonNode?)one),
                        Gen.OneOf<JsonNode?>(null, 1.5, true).Select(one => one?.DeepClone()),
                        inner.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
                        Fields(inner)
                    )
        );

        Fields(value)
            .Sample(
                fields =>
                {
                    var body = fields!.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
                    return AreKept(body) && AreKept(Unescaped(body));
                },
                iter: 5_000
            );

        static bool AreKept(string body) =>
            DocumentSanitizer.NeedsSanitizing(Encoding.UTF8.GetBytes(body)) || Sanitize(body) == body;

        // The writer escapes white space that JSON may hold as it is.
        static string Unescaped(string body) =>
            body.Replace("\\u00A0", "\u00a0", StringComparison.Ordinal).Replace("\\u3000", "\u3000", StringComparison.Ordinal);

        Gen<JsonNode?> Fields(Gen<JsonNode?> inner) =>
            Gen.Select(text, inner)
                .Array[0, 4]
                .Select(pairs =>
                    (JsonNode?)
                        new JsonObject(
                            pairs
                                .DistinctBy(pair => pair.Item1, StringComparer.Ordinal)
                                .Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2?.DeepClone()))
                        )
                );
    }

    [Theory]
    [MemberData(nameof(FineAsTheyAre))]
    public void WhatElasticsearchTakesStaysAsItIs(string body) => Assert.Equal(body, Sanitize(body));

    [Fact]
    public void ObjectsBelowTheNineteenthLevelBecomeText()
    {
        var deepest = Nested(20, "1");
        Assert.Equal(deepest, Sanitize(deepest));
        var deep = Nested(25, "[1]");
        Assert.True(DocumentSanitizer.NeedsSanitizing(Encoding.UTF8.GetBytes(deep)));
        Assert.Equal(Nested(20, "\"" + Nested(5, "[1]").Replace("\"", "\\\"", StringComparison.Ordinal) + "\""), Sanitize(deep));
    }

    [Fact]
    public void DotsCountAsLevels()
    {
        var name = string.Join('.', Enumerable.Repeat("a", 15));
        var body = $$$$"""{"{{{{name}}}}":{{{{Nested(8, "1")}}}}}""";
        Assert.Equal(
            $$$$"""{"{{{{name}}}}":{{{{Nested(5, "\"" + Nested(3, "1").Replace("\"", "\\\"", StringComparison.Ordinal) + "\"")}}}}}""",
            Sanitize(body)
        );
    }

    private static string Nested(int levels, string value) =>
        string.Concat(Enumerable.Repeat("{\"a\":", levels)) + value + new string('}', levels);

    private static string Sanitize(string body) => Encoding.UTF8.GetString(DocumentSanitizer.Sanitize(Encoding.UTF8.GetBytes(body)));
}
