namespace Connectors.Abstractions;

/// <summary>Fields that sources of files have in common, under the Python service's names.</summary>
internal static class CommonFields
{
    /// <summary>Name of <see cref="TextExtraction"/>.</summary>
    public const string UseExtractionService = "use_text_extraction_service";

    /// <summary>Whether files go to the extraction service. The service looks at it: a source that gives <see cref="DocumentContent"/> only
    /// has to declare a field of that name.</summary>
    public static ConfigField TextExtraction { get; } =
        Toggle(
            UseExtractionService,
            "Use text extraction service",
            "Get the text of PDF, Office and other files from Elastic's data extraction service, which must run and be named in the "
                + "service's configuration."
        ) with
        {
            UiRestrictions = ["advanced"],
        };

    /// <summary>A switch, which nobody has to touch.</summary>
    public static ConfigField Toggle(string name, string label, string tooltip, bool isOn = false) =>
        new(name, label)
        {
            Type = ConfigFieldType.Boolean,
            Display = ConfigDisplay.Toggle,
            Required = false,
            DefaultValue = isOn,
            Tooltip = tooltip,
        };
}
