using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Notion;

/// <summary>The fields of a <c>notion</c> connector, under the Python service's names.</summary>
/// <param name="Secret">The secret of an internal integration.</param>
/// <param name="Databases">Titles of databases; <c>*</c> for all.</param>
/// <param name="Pages">Titles of pages; <c>*</c> for all.</param>
/// <param name="HasComments">Whether comments become documents.</param>
/// <param name="RequestsAtATime">Requests at the same time.</param>
internal sealed record NotionConfiguration(
    Secret Secret,
    IReadOnlyList<string> Databases,
    IReadOnlyList<string> Pages,
    bool HasComments,
    int RequestsAtATime
)
{
    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("notion_secret_key", "Notion secret key")
        {
            Sensitive = true,
            Tooltip = "Secret of an internal integration that the pages and databases are shared with.",
        },
        Titles("databases", "List of databases", "Titles of databases, divided by commas; * for all that are shared with the integration."),
        Titles("pages", "List of pages", "Titles of pages, divided by commas; * for all that are shared with the integration."),
        CommonFields.Toggle(
            "index_comments",
            "Enable indexing comments",
            "A document for each comment. Notion is asked once more for each page and each block, three times a second."
        ),
        RestFields.Count(
            "concurrent_downloads",
            "Maximum concurrent downloads",
            30,
            "Requests at the same time to Notion, by all syncs of this process together."
        ),
        CommonFields.TextExtraction,
    ];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static NotionConfiguration From(SourceSettings settings) =>
        new(
            new Secret(settings.GetRequiredString("notion_secret_key")),
            settings.GetList("databases"),
            settings.GetList("pages"),
            settings.GetBoolean("index_comments"),
            RestFields.Number(settings, "concurrent_downloads", 30, 1, 100)
        );

    private static ConfigField Titles(string name, string label, string tooltip) =>
        new(name, label)
        {
            Type = ConfigFieldType.List,
            InitialValue = "*",
            Tooltip = tooltip,
        };
}
