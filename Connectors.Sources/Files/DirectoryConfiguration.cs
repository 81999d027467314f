using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Files.Access;
using Connectors.Sources.Files.Walking;

namespace Connectors.Sources.Files;

/// <summary>The fields of a <c>dir</c> connector, under the Python service's names.</summary>
internal sealed record DirectoryConfiguration(string Root, GlobPattern Pattern)
{
    public const string DirectoryField = "directory";
    public const string UsersField = "users_file";
    public const string GroupsField = "groups_file";

    private const string PatternField = "pattern";
    private const string OutsideField = "follow_links_outside";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new(DirectoryField, "Directory path")
        {
            Tooltip = "A folder on the machine that runs the service, as an absolute path.",
            TakesPath = true,
            LocalCheck = ProblemHere,
        },
        new(PatternField, "File glob-like pattern")
        {
            DefaultValue = "**/*.*",
            Tooltip =
                "Which files, relative to the directory: ** is any number of folders, * any text within a name. **/*.* is every file "
                + "with a dot in its name.",
        },
        CommonFields.TextExtraction,
        CommonFields.Toggle(
            OutsideField,
            "Follow links that lead outside",
            "Read what symbolic links lead to outside of the directory too. Only if nobody can put a link there who may not read all "
                + "that this service may."
        ) with
        {
            UiRestrictions = ["advanced"],
            ShapesDocuments = false,
        },
        AccessControl.Switch with
        {
            Tooltip =
                "Keep who may read which file: documents list the users and groups whom owner, group and mode of the file and of its "
                + "folders let read it. Needs Linux.",
        },
        OfAccounts(UsersField, "File of users", "/etc/passwd"),
        OfAccounts(GroupsField, "File of groups", "/etc/group"),
    ];

    /// <summary>What of the pattern the names right below the root can match.</summary>
    public GlobPattern.State Start { get; init; } = Pattern.Root;

    /// <summary>Where the accounts are listed, when documents list who may see them; <see langword="null"/> when they don't.</summary>
    public AccountFiles? Accounts { get; init; }

    /// <summary>Whether what symbolic links lead to is read wherever it lies.</summary>
    public bool FollowsOutside { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static DirectoryConfiguration From(SourceSettings settings, JsonNode? rules = null)
    {
        var root = RootOf(settings);
        var isOn = AccessControl.IsOn(settings);
        if (isOn && !OperatingSystem.IsLinux())
        {
            throw new ConnectorException(
                $"{AccessControl.Switch.Name}: needs Linux, whose owners, groups and modes it reads, and the service does not run on it. "
                    + "Switch it off."
            );
        }

        return new DirectoryConfiguration(
            root,
            PatternsOf(rules) is { Count: > 0 } patterns
                ? GlobPattern.Parse(patterns)
                : GlobPattern.Parse(settings.GetString(PatternField).Trim())
        )
        {
            FollowsOutside = settings.GetBoolean(OutsideField),
            Accounts = isOn ? new AccountFiles(settings.GetRequiredString(UsersField), settings.GetRequiredString(GroupsField)) : null,
        };
    }

    /// <summary>The folder that the field names, as an absolute path.</summary>
    /// <exception cref="ConnectorException">It is missing or no path.</exception>
    public static string RootOf(SourceSettings settings)
    {
        var directory = settings.GetRequiredString(DirectoryField);
        return directory.Contains('\0', StringComparison.Ordinal)
                ? throw new ConnectorException("directory: holds a NUL character. Give the path of a folder.")
            : NotAbsolute(directory) is { } problem ? throw problem
            : Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
    }

    /// <summary>What is wrong with a folder that somebody names on the machine that is to read it; <see langword="null"/> when nothing
    /// is.</summary>
    public static string? ProblemHere(string folder) =>
        NotAbsolute(folder)?.Message ?? (Directory.Exists(folder) ? null : RootErrors.Missing(folder).Message);

    // From another folder another process would read another tree, under other ids.
    private static ConnectorException? NotAbsolute(string directory)
    {
        if (Path.IsPathFullyQualified(directory))
        {
            return null;
        }

        var whole =
            directory == "~" || directory.StartsWith("~/", StringComparison.Ordinal)
                ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + directory[1..]
                : Path.GetFullPath(directory);
        return new ConnectorException($"directory: '{directory}' is no absolute path. Write the whole of it: '{whole}'.");
    }

    /// <summary>What is wrong with advanced rules, <c>[{"pattern": "docs/**/*.md"}, ...]</c>: they take the place of the field's
    /// pattern.</summary>
    public static IReadOnlyList<string> CheckRules(JsonNode rules) =>
        CheckPatterns(rules, "[{\"pattern\": \"docs/**/*.md\"}, {\"pattern\": \"*.txt\"}]", PatternsOf);

    /// <summary>What is wrong with rules that are patterns.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="example">Some that are right.</param>
    /// <param name="patternsOf">The patterns of rules.</param>
    public static IReadOnlyList<string> CheckPatterns(JsonNode rules, string example, Func<JsonNode, IReadOnlyList<string>> patternsOf) =>
        RuleText.CheckEach(rules, example, "a pattern", [PatternField], (rule, place) =>
        {
            if (patternsOf(rule) is not [var pattern])
            {
                return [$"{place}: pattern is required, a text."];
            }

            try
            {
                GlobPattern.Parse([pattern]);
                return [];
            }
            catch (ConnectorException wrong)
            {
                return [$"{place}: {wrong.Message}"];
            }
        });

    /// <summary>The patterns of rules; none when there are no rules.</summary>
    public static IReadOnlyList<string> PatternsOf(JsonNode? rules) =>
        [.. RuleText.Each(rules).Select(rule => RuleText.Of(rule[PatternField])).OfType<string>()];

    private static ConfigField OfAccounts(string name, string label, string path) =>
        new(name, label)
        {
            DefaultValue = path,
            TakesPath = true,
            DependsOn = [new ConfigDependency(AccessControl.Switch.Name, true)],
            Tooltip =
                $"Users and groups are read here, in the form of {path}. Another file than the system's when the directory comes from "
                + "another machine.",
            UiRestrictions = ["advanced"],
        };
}
