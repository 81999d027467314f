using System.Text;
using Connectors.Emulator.Bulk;
using Connectors.Emulator.Http;
using Connectors.Emulator.Mapping;
using Connectors.Tests.Support;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Emulator;

/// <summary>Whatever a document or a bulk body looks like: it is taken or refused, and always the same way.</summary>
public sealed class DocumentFuzzTests
{
    private static Gen<string> Name { get; } =
        Gen.OneOf("a", "b", ".", "\\\\", "\\u0061", "\\u002e", "\\\"", "\\n", "é", "\\ud83d\\ude00", " ", "_", "0")
            .Array[0, 5]
            .Select(string.Concat);

    private static Gen<string> Plain { get; } =
        Gen.OneOf("1", "-0.5e3", "true", "null", "\"text\"", "\"2026-01-31\"", "\"\\u0000\"", "[]", "{}", "123456789012345678901");

    private static Gen<string> Value { get; } = Nested(Nested(Nested(Plain)));

    private static Gen<string> Document { get; } = Gen.Select(Name, Value).Array[0, 4].Select(Object);

    [Theory]
    [InlineData("""{"a\\b.c":1}""")]
    [InlineData("""{"\u0061.b":1}""")]
    [InlineData("""{"a\u002eb":1}""")]
    [InlineData("""{"x":{"a\\.b.c":[{"\"d.e":1}]}}""")]
    public void ADocumentWhoseNamesHoldEscapesAndDotsIsTakenTwice(string document)
    {
        var (mapping, parser) = (new IndexMapping(), new DocumentParser());
        Assert.Null(Refusal(parser, mapping, document));
        var fields = mapping.FieldCount;
        Assert.Null(Refusal(parser, mapping, document));
        Assert.Equal(fields, mapping.FieldCount);
    }

    [Fact]
    public void AnArrayHasTheTypeOfItsFirstValueThoughEmptyOnesStandBeforeIt()
    {
        const string Mixed = """{"a..":[[],[null,[]],[{"b":1}],[true]],"a.c":[]}""";
        var (mapping, parser) = (new IndexMapping(), new DocumentParser());

        Assert.Equal("document_parsing_exception", Refusal(parser, mapping, Mixed));
        Assert.Equal("document_parsing_exception", Refusal(parser, mapping, Mixed));
        Assert.Null(Refusal(parser, mapping, """{"n":[[],[[null],7]],"e":[[],[null,[]]],"t":true}"""));
        Assert.Equal(FieldKind.Long, mapping.Root.Find("n")!.Kind);
        Assert.Null(mapping.Root.Find("e"));
        Assert.Equal("document_parsing_exception", Refusal(parser, mapping, """{"n":"seven"}"""));
    }

    [Fact]
    public void EveryDocumentIsTakenOrRefusedAndTheSameWayTwice() =>
        Document
            .Array[1, 4]
            .Sample(
                documents =>
                {
                    var (mapping, parser) = (new IndexMapping(), new DocumentParser());
                    foreach (var document in documents)
                    {
                        var first = Refusal(parser, mapping, document);
                        var second = Refusal(parser, mapping, document);
                        Assert.True(first == second, $"{document}: first {first}, then {second}");
                    }
                },
                iter: Fuzz.Cases,
                print: documents => string.Join('\n', documents)
            );

    [Fact]
    public void EveryBulkBodyIsReadOrRefused() =>
        Gen.OneOf(
                "{\"index\":{}}\n",
                "{\"delete\":{\"_id\":\"a\"}}\n",
                "{\"index\":{\"_id\":1,\"_index\":\"x\"}}\n",
                "{\"create\":{\"_id\":\"\\u0061\"}}\n",
                "{\"update\":{\"_id\":\"a\",\"pipeline\":\"p\"}}\n",
                "{}\n",
                "[]\n",
                "\n",
                "{",
                "}",
                "\"",
                "\\",
                "null\n",
                "{\"index\":1}\n",
                "{\"index\":{\"_id\":{}}}\n",
                "{\"index\":{\"_id\":null}}\n",
                "{\"index\":{\"require_alias\":1}}\n",
                "{\"index\":{\"if_seq_no\":[1]}}\n",
                "{\"index\":{\"retry_on_conflict\":99999999999}}\n",
                "{\"index\":{\"_index\":[]}}\n",
                "{\"a\":1}\n",
                "\r\n"
            )
            .Array[0, 5]
            .Select(string.Concat)
            .Sample(
                body =>
                {
                    try
                    {
                        var operations = new BulkParser(Encoding.UTF8.GetBytes(body)).Parse();
                        Assert.NotEmpty(operations);
                    }
                    catch (ElasticErrorException refused)
                    {
                        Assert.Equal(400, refused.Error.Status);
                    }
                },
                iter: Fuzz.Cases
            );

    private static Gen<string> Nested(Gen<string> value) =>
        Gen.OneOf(
            Plain,
            value.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(Name, value).Array[0, 3].Select(Object)
        );

    private static string Object((string Name, string Value)[] members) =>
        $"{{{string.Join(',', members.Select(member => $"\"{member.Name}\":{member.Value}"))}}}";

    private static string? Refusal(DocumentParser parser, IndexMapping mapping, string document)
    {
        try
        {
            parser.Parse(mapping, Encoding.UTF8.GetBytes(document), "1"u8);
            return null;
        }
        catch (ElasticErrorException refused)
        {
            Assert.True(refused.Error.Status == 400, $"{document}: {refused.Error.Status} {refused.Error.Reason}");
            return refused.Error.Type;
        }
    }
}
