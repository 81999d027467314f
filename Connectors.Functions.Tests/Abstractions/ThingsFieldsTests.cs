using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Cli.Output.Listings;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Testing;
using Connectors.Tests.Docs.Pages;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Abstractions;

/// <summary>The fields that docs/writing-a-source.md shows, and what it says of them.</summary>
public sealed class ThingsFieldsTests
{
    private static readonly SourceDescription Description = new()
    {
        Name = "Things",
        ServiceType = "things",
        Fields = ThingsFields.All,
    };

    private static string Page => MarkdownPages.Text("docs/writing-a-source.md");

    [Fact]
    public void ThePageShowsThemAndTheContractTakesThem()
    {
        var code = File.ReadAllText(Path.Combine(Approved.Root, "Connectors.Functions.Tests", "Abstractions", "ThingsFields.cs"))
            .ReplaceLineEndings("\n")
            .Replace("namespace Connectors.Tests.Abstractions;", "namespace MyCompany.Things;", StringComparison.Ordinal);

        Assert.Contains($"```csharp\n{code}```", Page, StringComparison.Ordinal);
        Assert.Empty(DescriptionRules.Problems(Description, []));
    }

    [Fact]
    public void OptionsMakeADropDown()
    {
        var order = ConnectorConfiguration.Render(ThingsFields.All)["order"]!;

        Assert.Equal(["dropdown", "str", "title"], new[] { "display", "type", "value" }.Select(name => (string?)order[name]));
    }

    [Fact]
    public void LimitsAreShownInWords() =>
        Assert.Equal(
            ["url: matching https?://.+", "page_size: 1 to 100", "kinds: any of bug, task, note"],
            ThingsFields.All.SelectMany(field => FieldLimits.Of(field).Select(limit => $"{field.Name}: {limit}"))
        );

    [Fact]
    public void ValuesThatBreakARuleAreRefusedAsThePageSays()
    {
        Assert.Equal(
            [
                "url ('Address') value 'things' failed regex check https?://.+.",
                "page_size ('Page size') value '500' should be less than 101.",
                "order ('Order') value 'size' should be one of title, date.",
                "kinds ('Kinds') list value 'story' should be one of bug, task, note.",
                "with_comments ('Comments') must be true or false.",
            ],
            Problems(
                """
                {"url":"things","api_key":"k","page_size":500,"order":"size","kinds":"bug, story","with_comments":"no?","most_comments":"x"}
                """
            )
        );
        Assert.Contains("`page_size ('Page size') value '500' should be less than 101.`", Page, StringComparison.Ordinal);
        Assert.Empty(Problems("""{"url":"http://things.example","api_key":"k"}"""));
        Assert.Equal(
            ["api_key ('API key') cannot be empty.", "most_comments ('Most comments') must be an integer."],
            Problems("""{"url":"http://things.example","with_comments":true,"most_comments":"x"}""")
        );
    }

    private static IReadOnlyList<string> Problems(string values) =>
        ConfigurationValidator.Problems(
            new JsonObject(
                JsonNode
                    .Parse(values)!
                    .AsObject()
                    .Select(value =>
                        KeyValuePair.Create(value.Key, (JsonNode?)new JsonObject { ["value"] = value.Value?.DeepClone() })
                    )
            ),
            ThingsFields.All
        );
}
