using Connectors.Abstractions;
using Connectors.Sources.Rest.Atlassian;

namespace Connectors.Sources.Rest.Confluence;

/// <summary>The fields of a <c>confluence</c> connector, under the Python service's names.</summary>
internal sealed record ConfluenceConfiguration(AtlassianConfiguration Atlassian, IReadOnlyList<string> Spaces, bool IndexLabels)
{
    public static AtlassianProduct Product { get; } =
        new("Confluence", "confluence", MostDownloads: 50)
        {
            PermissionHint = "Give the account permission to view the space and the page.",
            Initial = AtlassianEdition.Server,
        };

    public static IReadOnlyList<ConfigField> Fields { get; } =
        Product.FieldsAround(
            new ConfigField("spaces", "Space keys")
            {
                Type = ConfigFieldType.List,
                Display = ConfigDisplay.TextArea,
                InitialValue = "*",
                Tooltip =
                    "Keys of spaces, divided by commas; * stands for all that the account can see. Rules take the place of this field.",
            },
            CommonFields.Toggle("index_labels", "Keep labels", "Keep the labels of pages and blog posts. Costs a request for each of them.")
        );

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static ConfluenceConfiguration From(SourceSettings settings) =>
        new(
            AtlassianConfiguration.From(settings, Product),
            settings.GetList("spaces") is { Count: > 0 } spaces ? spaces : ["*"],
            settings.GetBoolean("index_labels")
        );
}
