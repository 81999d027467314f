using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch.Indices;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch.Indices;

public sealed class SemanticMappingTests
{
    private const string Text =
        """{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}},"copy_to":["body_semantic"]}""";

    [Theory]
    [InlineData("body", "body", null)]
    [InlineData("issue.summary=my-e5", "issue.summary", "my-e5")]
    [InlineData(" body = e5 ", "body", "e5")]
    public void AFieldIsNamedWithItsEndpointOrWithout(string text, string field, string? endpoint) =>
        Assert.Equal(new SemanticField(field, endpoint), SemanticField.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("=e5")]
    [InlineData("body=")]
    [InlineData("a..b")]
    [InlineData("id")]
    [InlineData("_timestamp")]
    [InlineData("0 * * * ?")]
    [InlineData("title*")]
    [InlineData("title body")]
    public void WhatNamesNoFieldIsRefused(string text) => Assert.Throws<ConnectorException>(() => SemanticField.Parse(text));

    [Fact]
    public void AFieldThatNobodyMappedStaysWhatElasticsearchWouldMakeOfIt() =>
        Assert.Equal(
            """{"properties":{"body":""" + Text + ""","body_semantic":{"type":"semantic_text","inference_id":"e5"}}}""",
            Definition("{}", "body=e5")
        );

    [Fact]
    public void AFieldThatIsMappedKeepsItsDefinitionAndItsCopies() =>
        Assert.Equal(
            """
            {"properties":{"issue":{"properties":{"summary":{"type":"text","analyzer":"english","copy_to":["all","issue.summary_semantic"]},"summary_semantic":{"type":"semantic_text"}}}}}
            """,
            Definition(
                """{"properties":{"issue":{"properties":{"summary":{"type":"text","analyzer":"english","copy_to":"all"}}}}}""",
                "issue.summary"
            )
        );

    [Fact]
    public void DoingItTwiceChangesNothing()
    {
        var once = Definition("{}", "body=e5");

        Assert.Equal(once, Definition(once, "body=e5"));
    }

    [Theory]
    [InlineData(
        """{"properties":{"body":{"properties":{"text":{"type":"text"}}}}}""",
        "body",
        "Field 'body' of index 'i' is mapped as object"
    )]
    [InlineData("""{"properties":{"body":{"type":"semantic_text"}}}""", "body", "Field 'body' of index 'i' is mapped as semantic_text")]
    [InlineData(
        """{"properties":{"body_semantic":{"type":"semantic_text","inference_id":"e4"}}}""",
        "body=e5",
        "Field 'body_semantic' of index 'i' is mapped already, as semantic_text of the inference endpoint 'e4'."
    )]
    [InlineData(
        """{"properties":{"body_semantic":{"type":"text"}}}""",
        "body",
        "Field 'body_semantic' of index 'i' is mapped already, as text."
    )]
    public void AFieldThatIsMappedOtherwiseIsRefused(string mappings, string field, string message) =>
        Assert.StartsWith(message, Assert.Throws<ConnectorException>(() => Definition(mappings, field)).Message, StringComparison.Ordinal);

    private static string Definition(string mappings, string field) =>
        SemanticMapping.Definition("i", JsonNode.Parse(mappings)!.AsObject(), [SemanticField.Parse(field)]).ToJsonString();
}
