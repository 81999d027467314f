using Connectors.Sync.Configuration;

namespace Connectors.Sync.Sources.Directory;

/// <summary>The fields of a <c>dir</c> connector, under the Python service's names.</summary>
internal sealed record DirectoryConfiguration(string Root, GlobPattern Pattern)
{
    private const string DirectoryField = "directory";
    private const string PatternField = "pattern";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new(DirectoryField, "Directory path")
        {
            Tooltip = "A folder on the machine that runs the service, as an absolute path.",
        },
        new(PatternField, "File glob-like pattern")
        {
            DefaultValue = "**/*.*",
            Tooltip = "Which files, relative to the directory: ** is any number of folders, * any text within a name. **/*.* is every file with a dot in its name.",
        },
        CommonFields.TextExtraction,
    ];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static DirectoryConfiguration From(SourceSettings settings)
    {
        var directory = settings.GetRequiredString(DirectoryField);
        if (directory.Contains('\0', StringComparison.Ordinal))
        {
            throw new ConnectorException("directory: holds a NUL character. Give the path of a folder.");
        }

        return new DirectoryConfiguration(
            Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)),
            GlobPattern.Parse(settings.GetString(PatternField).Trim()));
    }
}
