using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Files.Walking;

namespace Connectors.Sources.Files.NetworkDrive;

/// <summary>The fields of a <c>network_drive</c> connector. Those of the Python service have its names; user, password and port belong to
/// the mount.</summary>
internal static class NetworkDriveConfiguration
{
    private const string ServerField = "server_ip";
    private const string PathField = "drive_path";
    private const string Everything = "**";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new(DirectoryConfiguration.DirectoryField, "Mounted folder")
        {
            Tooltip =
                "Where the share is mounted on the machine that runs the service, as an absolute path. The service speaks no SMB: mount "
                + "the share, or its folder, there.",
            TakesPath = true,
            LocalCheck = DirectoryConfiguration.ProblemHere,
        },
        new(ServerField, "SMB IP")
        {
            Tooltip = "The server's address, as documents' paths begin with it. The mount connects, not the service.",
        },
        new(PathField, "SMB path")
        {
            Tooltip = "What is mounted, without a slash at its beginning: the share, or a folder of it, as in share/folder.",
        },
        AccessControl.Switch with
        {
            Tooltip =
                "Keep who may read which file: documents list the users and groups whom Windows' access lists let read it. Needs a mount "
                + "of Linux' cifs.",
        },
        new(IdentityMappings.FieldName, "Path of CSV file with users and groups SID")
        {
            TakesPath = true,
            DependsOn = [new ConfigDependency(AccessControl.Switch.Name, true)],
            Tooltip = "A line for each user: name;SID;SIDs of its groups with commas between. On the machine that runs the service.",
            UiRestrictions = ["advanced"],
        },
        CommonFields.TextExtraction,
    ];

    /// <summary>The folder and what of it, as advanced rules say: their patterns begin with the share, and of those that mean a folder
    /// around the mounted one the rest counts.</summary>
    /// <exception cref="ConnectorException">A field is missing or wrong, or a rule means nothing of the mounted folder.</exception>
    public static DirectoryConfiguration From(SourceSettings settings, JsonNode? rules)
    {
        var (root, drive) = (DirectoryConfiguration.RootOf(settings), DriveOf(settings));
        var patterns = PatternsOf(rules);
        if (patterns.Count == 0)
        {
            return new DirectoryConfiguration(root, GlobPattern.Parse([Everything]));
        }

        foreach (var pattern in patterns)
        {
            if (Below(GlobPattern.Parse([pattern]), drive).IsDead)
            {
                throw new ConnectorException(
                    $"Advanced sync rules: '{pattern}' means nothing below {PathField} ('{string.Join('/', drive)}'), which is all that is "
                        + "mounted. Begin the pattern with the share, or mount more of it."
                );
            }
        }

        var all = GlobPattern.Parse(patterns);
        return new DirectoryConfiguration(root, all) { Start = Below(all, drive) };
    }

    /// <summary>The users of the share, when documents list who may see them; <see langword="null"/> when they don't.</summary>
    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static IdentityMappings? MappingsOf(SourceSettings settings) =>
        AccessControl.IsOn(settings) ? IdentityMappings.Read(settings.GetRequiredString(IdentityMappings.FieldName)) : null;

    /// <summary>The beginning of documents' paths: <c>\\10.0.0.5/share/folder</c>, as the Python service writes it.</summary>
    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static string AddressOf(SourceSettings settings)
    {
        var drive = settings.GetRequiredString(PathField).TrimEnd('/', '\\');
        return drive.StartsWith('/') || drive.StartsWith('\\')
            ? throw new ConnectorException($"{PathField}: '{drive}' begins with a slash. Write it without: share/folder.")
            : $@"\\{settings.GetRequiredString(ServerField).Trim()}/{drive}";
    }

    /// <summary>What is wrong with advanced rules, <c>[{"pattern": "share/docs/**"}, ...]</c>.</summary>
    public static IReadOnlyList<string> CheckRules(JsonNode rules) =>
        DirectoryConfiguration.CheckPatterns(
            rules,
            "[{\"pattern\": \"share/docs/**\"}, {\"pattern\": \"share/*.txt\"}]",
            PatternsOf
        );

    private static string[] DriveOf(SourceSettings settings) =>
        settings.GetRequiredString(PathField).Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);

    private static GlobPattern.State Below(GlobPattern pattern, IEnumerable<string> drive) =>
        drive.Aggregate(pattern.Root, (state, folder) => pattern.Enter(state, folder, isLink: false));

    private static IReadOnlyList<string> PatternsOf(JsonNode? rules) =>
        [.. DirectoryConfiguration.PatternsOf(rules).Select(pattern => pattern.Replace('\\', '/'))];
}
