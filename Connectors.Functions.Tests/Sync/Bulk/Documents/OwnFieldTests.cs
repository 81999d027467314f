using System.Text;
using System.Text.Json;
using Connectors.Sync.Bulk.Documents;
using Xunit;

namespace Connectors.Tests.Sync.Bulk.Documents;

/// <summary>A document's own field gives way to one of the same name that the service adds.</summary>
public sealed class OwnFieldTests
{
    [Theory]
    [InlineData("""{"body":"mine"}""", """{"body_":"mine"}""")]
    [InlineData("""{"a":{"body":1},"body":[{"body":2}],"z":"body"}""", """{"a":{"body":1},"body_":[{"body":2}],"z":"body"}""")]
    [InlineData("""{"body":1,"body_":2,"body__":3}""", """{"body___":1,"body_":2,"body__":3}""")]
    [InlineData("""{ "body" : 1 }""", """{ "body_" : 1 }""")]
    [InlineData("""{"a":{"body":1},"b":"body"}""", """{"a":{"body":1},"b":"body"}""")]
    [InlineData("""{"somebody":1}""", """{"somebody":1}""")]
    [InlineData("{}", "{}")]
    public void OnlyTheFieldAtTheTopIsRenamed(string body, string written) =>
        Assert.Equal(written, Encoding.UTF8.GetString(OwnField.Yield(Encoding.UTF8.GetBytes(body), "body"u8)));

    [Theory]
    [InlineData("""{"body":1""")]
    [InlineData("""body""")]
    public void ABodyThatIsNoJsonIsTold(string body) =>
        Assert.ThrowsAny<JsonException>(() => OwnField.Yield(Encoding.UTF8.GetBytes(body), "body"u8).Length);
}
