using System.Runtime.InteropServices;

namespace Connectors.Extraction.Confinement;

/// <summary>
/// Landlock is how a program of Linux gives up rights to files by itself, without being root: after the call it may do with files only what
/// its rules allow, and what it starts inherits that. Linux has it since 5.13, if it is not switched off. See landlock(7).
/// </summary>
internal static unsafe class Landlock
{
    // landlock_create_ruleset(2), landlock_add_rule(2), landlock_restrict_self(2): the same numbers on every processor.
    private const nint CreateRuleset = 444;
    private const nint AddRule = 445;
    private const nint RestrictSelf = 446;

    private const nint AskVersion = 1; // LANDLOCK_CREATE_RULESET_VERSION
    private const nint PathBeneath = 1; // LANDLOCK_RULE_PATH_BENEATH

    // LANDLOCK_ACCESS_FS_*: a bit for each right.
    private const ulong Execute = 1 << 0;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = 1 << 3;

    // How many of these bits each version has, from version 1 on: to write, make and remove of each kind; then to move between folders;
    // then to cut files; the fifth, to send orders to devices.
    private static readonly int[] RightsOfVersion = [13, 14, 15, 15, 16];

    /// <summary>The version of Landlock; less than 1 where there is none.</summary>
    public static int Version => (int)LinuxCalls.Call(CreateRuleset, 0, 0, AskVersion, 0);

    /// <summary>
    /// Takes from this thread, and from what it starts, every right to files but to read those that are named. Other threads keep theirs.
    /// </summary>
    /// <returns>Whether it did; otherwise nothing has changed.</returns>
    public static bool AllowOnly(ReadableFiles files)
    {
        if (Version is not (>= 1 and var version))
        {
            return false;
        }

        // The kernel refuses what it may be asked for and what no rule allows, so this names every right that it knows.
        var handled = (1UL << RightsOfVersion[Math.Min(version, RightsOfVersion.Length) - 1]) - 1;
        var rules = (int)LinuxCalls.Call(CreateRuleset, (nint)(&handled), sizeof(ulong), 0, 0);
        if (rules < 0)
        {
            return false;
        }

        Allow(rules, files.Programs, ReadFile | Execute);
        Allow(rules, files.Files, ReadFile);
        Allow(rules, files.Folders, ReadFile | ReadFolder);
        Allow(rules, files.Listed, ReadFolder);
        AllowThisProcess(rules);
        var isRestricted =
            LinuxCalls.ControlProcess(LinuxCalls.SetNoNewPrivileges, 1, 0, 0, 0) == 0 && LinuxCalls.Call(RestrictSelf, rules, 0, 0, 0) == 0;
        _ = LinuxCalls.Close(rules);
        return isRestricted;
    }

    private static void Allow(int rules, IEnumerable<string> paths, ulong rights)
    {
        foreach (var path in paths)
        {
            var file = LinuxCalls.Open(path, LinuxCalls.OpenAsPath);
            if (file >= 0)
            {
                Allow(rules, file, rights);
                _ = LinuxCalls.Close(file);
            }
        }
    }

    /// <summary>
    /// The runtime looks up its memory and its control group in /proc/self. A rule holds for the folder as it is now, and the kernel may
    /// forget and make it again while nobody has it open: so it stays open, also in the program that is started.
    /// </summary>
    private static void AllowThisProcess(int rules)
    {
        var file = LinuxCalls.Open("/proc/self", LinuxCalls.OpenAsPath);
        if (file >= 0)
        {
            Allow(rules, file, ReadFile | ReadFolder);
        }
    }

    private static void Allow(int rules, int file, ulong rights)
    {
        var rule = new Rule { Rights = rights, File = file };
        _ = LinuxCalls.Call(AddRule, rules, PathBeneath, (nint)(&rule), 0);
    }

    // struct landlock_path_beneath_attr.
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Rule
    {
        public ulong Rights;
        public int File;
    }
}
