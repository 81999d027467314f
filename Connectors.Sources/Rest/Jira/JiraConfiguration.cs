using Connectors.Abstractions;
using Connectors.Sources.Rest.Atlassian;

namespace Connectors.Sources.Rest.Jira;

/// <summary>The fields of a <c>jira</c> connector, under the Python service's names.</summary>
internal sealed record JiraConfiguration(AtlassianConfiguration Atlassian, IReadOnlyList<string> Projects)
{
    public static AtlassianProduct Product { get; } =
        new("Jira", "jira", MostDownloads: 100)
        {
            PermissionHint = "Give the account permission to browse the project.",
            Initial = AtlassianEdition.Cloud,
        };

    public static IReadOnlyList<ConfigField> Fields { get; } =
        Product.FieldsAround(
            new ConfigField("projects", "Project keys")
            {
                Type = ConfigFieldType.List,
                Display = ConfigDisplay.TextArea,
                InitialValue = "*",
                Tooltip =
                    "Keys of projects, divided by commas; * stands for all that the account can browse. Rules take the place of this "
                    + "field.",
            }
        );

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static JiraConfiguration From(SourceSettings settings) =>
        new(AtlassianConfiguration.From(settings, Product), settings.GetList("projects") is { Count: > 0 } projects ? projects : ["*"]);
}
