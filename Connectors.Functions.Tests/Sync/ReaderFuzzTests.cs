using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Bulk.Documents;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Elasticsearch.Indices;
using Connectors.Sync.Protocol.Filtering;
using Connectors.Tests.Support;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sync;

/// <summary>Answers to bulk requests, sync rules and documents of every shape: each is read, or refused with a sentence.</summary>
public sealed class ReaderFuzzTests
{
    private static readonly string[] BulkParts =
    [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"items\":",
        "\"errors\":true",
        "{\"index\":{\"status\":201,\"result\":\"created\"}}",
        "{\"delete\":{\"status\":404,\"result\":\"not_found\"}}",
        "{\"index\":{\"status\":400,\"error\":{\"type\":\"a\",\"reason\":\"b\"}}}",
        "{\"index\":{\"status\":400,\"error\":\"text\"}}",
        "{\"index\":{\"status\":4e2}}",
        "{\"index\":{\"status\":99999999999999999999}}",
        "{\"index\":[]}",
        "{\"index\":{\"error\":{\"type\":{},\"reason\":[]}}}",
        "{\"index\":{\"result\":null,\"status\":200,\"status\":400}}",
        "null",
        "\\u0000",
        "\ud83d\ude00",
    ];

    private static Gen<string> Word { get; } =
        Gen.OneOf(
            "",
            "id",
            "a",
            "a.b",
            "include",
            "exclude",
            "equals",
            "regex",
            "contains",
            ">",
            "<",
            "starts_with",
            "DEFAULT",
            "(a+)+$",
            "(",
            "(?P<n>x)",
            "[",
            "2024-01-01",
            "1e400",
            "é\ud83d\ude00",
            "\0"
        );

    private static Gen<JsonNode?> Node { get; } =
        Gen.OneOf(
            Word.Select(word => (JsonNode?)JsonValue.Create(word)),
            Gen.Long.Select(number => (JsonNode?)JsonValue.Create(number)),
            Gen.Bool.Select(flag => (JsonNode?)JsonValue.Create(flag)),
            Gen.Const(() => (JsonNode?)null),
            Gen.Const(() => (JsonNode?)new JsonArray(1, "x")),
            Gen.Const(() => (JsonNode?)new JsonObject { ["x"] = new JsonObject() })
        );

    private static Gen<JsonObject> Rule { get; } =
        Gen.Select(Gen.OneOf("id", "policy", "field", "rule", "value", "order", "updated_at", "x"), Node)
            .Array[0, 8]
            .Select(members =>
            {
                // Most of it right, so that the rest is looked at.
                var rule = new JsonObject
                {
                    ["id"] = "r",
                    ["policy"] = "exclude",
                    ["field"] = "a",
                    ["rule"] = "equals",
                    ["value"] = "x",
                    ["order"] = 1,
                };
                foreach (var (name, value) in members)
                {
                    rule[name] = value?.DeepClone();
                }

                return rule;
            });

    private static Gen<JsonObject> Filtering { get; } =
        Gen.Select(Rule.Array[0, 3], Node, Node)
            .Select(
                (rules, odd, advanced) =>
                    new JsonObject
                    {
                        ["rules"] = new JsonArray([.. rules.Select(rule => rule.DeepClone()), odd?.DeepClone()]),
                        ["advanced_snippet"] = new JsonObject { ["value"] = advanced?.DeepClone() },
                    }
            );

    private static Gen<string> Name { get; } =
        Gen.OneOf("a", "b", ".", "\\\\", "\\u0061", "\\u002e", "\\\"", " ", "", "_id", "é").Array[0, 4].Select(string.Concat);

    private static Gen<string> Value { get; } = Nested(Nested(Nested(Gen.OneOf("1", "\"x\"", "null", "true", "-0.5e3", "[]", "{}"))));

    [Fact]
    public void EveryBulkAnswerIsReadOrABadAnswer() =>
        Gen.Select(Gen.OneOf(BulkParts).Array[0, 10].Select(string.Concat), Gen.Bool, Gen.Int[1, 3])
            .Sample(
                (text, isFramed, operations) =>
                {
                    var bytes = Encoding.UTF8.GetBytes(isFramed ? $"{{\"errors\":true,\"items\":[{text}]}}" : text);
                    var body = new PooledBuffer(Math.Max(1, bytes.Length));
                    body.Write(bytes);
                    using var response = new ElasticsearchResponse(200, body);
                    var read = BulkResponseReader.Read(response, operations, () => "failed");
                    Assert.True(read.Items.Count == operations || (read.Items.Count == 0 && read.Error!.Type == "bad_answer"));
                },
                iter: Fuzz.Cases
            );

    [Fact]
    public void EveryRuleIsReadOrRefusedWithASentenceAndADraftIsAlwaysJudged() =>
        Filtering.Sample(
            filtering =>
            {
                try
                {
                    SyncRules.Read(filtering).RequireNoContent();
                }
                catch (ConnectorException refused)
                {
                    Assert.Equal(FailureKind.Fatal, refused.Kind);
                    Assert.True(refused.Message.Length > 15, refused.Message);
                }

                var validation = new DraftValidator(advancedRules: null, hasContent: true).Validate(filtering);
                Assert.Contains((string?)validation["state"], (string[])["valid", "invalid"]);
                Assert.Equal(validation["errors"]!.AsArray().Count > 0, (string?)validation["state"] == "invalid");
            },
            iter: Fuzz.Cases,
            print: filtering => filtering.ToJsonString()
        );

    [Fact]
    public void EveryDocumentIsMendedToADocumentAndTheSameWayTwice() =>
        Gen.Select(Name, Value)
            .Array[0, 4]
            .Select(Object)
            .Sample(
                text =>
                {
                    var body = Encoding.UTF8.GetBytes(text);
                    var mended = Mended(body);
                    using var read = JsonDocument.Parse(mended, new JsonDocumentOptions { MaxDepth = 1000 });
                    Assert.Equal(JsonValueKind.Object, read.RootElement.ValueKind);
                    Assert.Equal(Encoding.UTF8.GetString(mended), Encoding.UTF8.GetString(Mended(body)));
                },
                iter: Fuzz.Cases
            );

    private static byte[] Mended(byte[] body) =>
        DocumentSanitizer.NeedsSanitizing(body) ? DocumentSanitizer.Sanitize(body).ToArray() : body;

    private static Gen<string> Nested(Gen<string> value) =>
        Gen.OneOf(
            value,
            value.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(Name, value).Array[0, 3].Select(Object)
        );

    private static string Object((string Name, string Value)[] members) =>
        $"{{{string.Join(',', members.Select(member => $"\"{member.Name}\":{member.Value}"))}}}";
}
