using System.Text.Json.Nodes;
using Connectors.Cli.Output;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Cli.Output;

public sealed class LogLineTests
{
    [Fact]
    public void AsJsonNumbersAndFlagsStayWhatTheyAre()
    {
        var line = new LogLine(DateTimeOffset.UnixEpoch, LogLevel.Warning, "Category", new EventId(1, "Event"), "Said.", Exception: null);

        var json = JsonNode.Parse(line.ToJson([new("Left", 1.5), new("Count", 2), new("Total", 3L), new("Is", true), new("Name", "n")]))!;

        Assert.Equal(
            """{"Left":1.5,"Count":2,"Total":3,"Is":true,"Name":"n"}""",
            new JsonObject(
                json.AsObject()
                    .Where(pair => pair.Key.StartsWith("labels.", StringComparison.Ordinal))
                    .Select(pair => KeyValuePair.Create(pair.Key["labels.".Length..], pair.Value?.DeepClone()))
            ).ToJsonString()
        );
    }
}
