using System.Text.Json.Nodes;
using Connectors.Sync.Elasticsearch.Shapes;
using Xunit;

namespace Connectors.Tests.Sync.Elasticsearch.Shapes;

public sealed class MappingShapeTests
{
    private const string Before = """
        {"dynamic":"true","_meta":{"connectors":{"fingerprint":"f"}},"dynamic_templates":[{"t":{"match":"*_k","mapping":{"type":"keyword","copy_to":"{name}_all"}}}],
         "properties":{"id":{"type":"keyword"},"_digest":{"type":"long","index":false},"title":{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}}},
         "body":{"type":"text","analyzer":"german"},"n":{"properties":{"a":{"type":"long"}}},"fixed":{"dynamic":"false","properties":{"x":{"type":"long"}}},
         "s":{"type":"semantic_text","inference_id":"e1"}}}
        """;

    [Theory]
    [InlineData("""{"added":{"type":"long"}}""")]
    [InlineData("""{"added":{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}}}}""")]
    [InlineData(
        """{"added":{"type":"date","format":"yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis"},"b":{"type":"boolean"},"f":{"type":"float"}}"""
    )]
    [InlineData("""{"n":{"properties":{"a":{"type":"long"},"deeper":{"properties":{"b":{"type":"boolean"}}}}}}""")]
    [InlineData("""{"id_k":{"type":"keyword","copy_to":"id_k_all"}}""")]
    [InlineData("""{"_timestamp":{"type":"date","format":"strict"},"_allow_access_control":{"type":"keyword"}}""")]
    [InlineData("""{"s":{"type":"semantic_text","inference_id":"e1","model_settings":{"task_type":"text_embedding","dimensions":3}}}""")]
    public void WhatDocumentsAddByThemselvesIsNoChange(string fields) => Assert.Equal(Shape(Before), Shape(With(fields)));

    [Theory]
    [InlineData("""{"title":{"type":"text","copy_to":["s"],"fields":{"keyword":{"type":"keyword","ignore_above":256}}}}""")]
    [InlineData(
        """{"title":{"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256},"de":{"type":"text","analyzer":"german"}}}}"""
    )]
    [InlineData("""{"body":{"type":"text","analyzer":"german","search_analyzer":"standard"}}""")]
    [InlineData("""{"more":{"type":"semantic_text","inference_id":"e1"}}""")]
    [InlineData("""{"s":{"type":"semantic_text","inference_id":"e2"}}""")]
    [InlineData("""{"fixed":{"dynamic":"false","properties":{"x":{"type":"long"},"y":{"type":"long"}}}}""")]
    [InlineData("""{"fixed":{"dynamic":"true","properties":{"x":{"type":"long"}}}}""")]
    [InlineData("""{"deep":{"properties":{"a":{"type":"keyword"}}}}""")]
    public void WhatAPersonAddsIsOne(string fields) => Assert.NotEqual(Shape(Before), Shape(With(fields)));

    [Fact]
    public void WhatIsSaidOfAllFieldsCountsAndOurOwnMarkDoesNot()
    {
        Assert.Equal(Shape(Before), Shape(Changed(all => all["_meta"] = null)));
        Assert.Equal(Shape(Before), Shape(Changed(all => all["runtime"] = new JsonObject())));
        Assert.NotEqual(Shape(Before), Shape(Changed(all => all["dynamic"] = "false")));
        Assert.NotEqual(Shape(Before), Shape(Changed(all => all["date_detection"] = false)));
    }

    [Fact]
    public void EndpointsAreFoundAtAnyDepth() =>
        Assert.Equal(
            ["e1", "e2"],
            MappingShape
                .InferenceIds(
                    JsonNode.Parse(With("""{"n":{"properties":{"a":{"type":"semantic_text","inference_id":"e2"}}}}"""))!.AsObject()
                )
                .Order()
        );

    private static string Shape(string mappings) => MappingShape.Of(JsonNode.Parse(mappings)!.AsObject()).ToJsonString();

    private static string With(string fields) =>
        Changed(all =>
        {
            foreach (var (name, field) in JsonNode.Parse(fields)!.AsObject())
            {
                all["properties"]![name] = field!.DeepClone();
            }
        });

    private static string Changed(Action<JsonObject> change)
    {
        var all = JsonNode.Parse(Before)!.AsObject();
        change(all);
        return all.ToJsonString();
    }
}
