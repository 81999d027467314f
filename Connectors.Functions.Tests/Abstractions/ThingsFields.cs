using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Tests.Abstractions;

/// <summary>What the source asks of its users.</summary>
public static class ThingsFields
{
    public static IReadOnlyList<ConfigField> All { get; } =
    [
        new("url", "Address") { Validations = [new("regex", "https?://.+")] },
        new("api_key", "API key") { Sensitive = true },
        new("page_size", "Page size")
        {
            Type = ConfigFieldType.Integer,
            DefaultValue = 50,
            Required = false,
            Validations = [new("greater_than", 0), new("less_than", 101)],
        },
        new("order", "Order") { Options = [new("By title", "title"), new("By date", "date")], DefaultValue = "title" },
        new("kinds", "Kinds")
        {
            Type = ConfigFieldType.List,
            Required = false,
            Tooltip = "Empty for all.",
            Validations = [new("included_in", new JsonArray("bug", "task", "note"))],
        },
        new("with_comments", "Comments")
        {
            Type = ConfigFieldType.Boolean,
            DefaultValue = false,
            Required = false,
        },
        new("most_comments", "Most comments")
        {
            Type = ConfigFieldType.Integer,
            DefaultValue = 100,
            DependsOn = [new("with_comments", true)],
            UiRestrictions = ["advanced"],
        },
    ];
}
