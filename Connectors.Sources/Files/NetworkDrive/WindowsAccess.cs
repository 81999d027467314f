using Connectors.Abstractions;
using Connectors.Sources.Files.Access;

namespace Connectors.Sources.Files.NetworkDrive;

/// <summary>
/// Tells who may read a file by its access list, as Windows decides it ([MS-DTYP] 2.5.3.2): the first entry about somebody counts. Folders
/// above do not matter: Windows lets everybody pass through them. Safe for concurrent use; it blocks.
/// </summary>
/// <param name="tree">Gives the lists.</param>
/// <param name="mappings">The users, and their groups.</param>
internal sealed class WindowsAccess(IFileTree tree, IdentityMappings mappings)
{
    private const string Everyone = "S-1-1-0";
    private const string SignedIn = "S-1-5-11";
    private const string OverTheNetwork = "S-1-5-2";
    private const string OwnerRights = "S-1-3-4";

    /// <summary>The values of those who may read what is at a path.</summary>
    /// <exception cref="IOException">It can't be told: nobody is never taken for the answer.</exception>
    public IReadOnlyList<string> Of(string path) =>
        Of(
            SecurityDescriptor.Parse(
                tree.FindSecurityDescriptor(path) ?? throw new IOException("its file system shows no access list of Windows")
            )
        );

    /// <summary>The values of those whom a descriptor lets read.</summary>
    public IReadOnlyList<string> Of(SecurityDescriptor descriptor)
    {
        if (descriptor.Entries is null)
        {
            return [AccessControl.Everyone];
        }

        var entries = descriptor.Entries.Where(entry => entry.IsOfReading).ToList();

        // A condition can't be looked at here: it gives nothing, and takes always.
        var takes = entries.Any(entry => entry.Type is AceType.Deny or AceType.DenyIf);
        return takes
            ? [.. mappings.Users.Where(user => MayRead(user, entries, descriptor.Owner)).Select(user => ValueOf(user.Sid))]
            :
            [
                .. entries
                    .Where(entry => entry.Type == AceType.Allow)
                    .Select(entry => ValueOf(entry.Sid, descriptor.Owner))
                    .OfType<string>(),
            ];
    }

    /// <summary>The value of a user or a group. By the whole SID: its last number is another's in another domain.</summary>
    public static string ValueOf(string sid) => AccessControl.Value("sid", sid);

    private static string? ValueOf(string sid, string? owner) =>
        sid switch
        {
            _ when IsEverybody(sid) => AccessControl.Everyone,
            OwnerRights => owner is null ? null : ValueOf(owner),
            _ => ValueOf(sid),
        };

    /// <summary>Whether a group has everybody who reads a share. Windows puts people into these as they come: no list of users names
    /// them.</summary>
    private static bool IsEverybody(string sid) => sid is Everyone or SignedIn or OverTheNetwork;

    private static bool MayRead(MappedUser user, IEnumerable<SecurityDescriptor.Entry> entries, string? owner)
    {
        foreach (var entry in entries)
        {
            var isMeant =
                IsEverybody(entry.Sid)
                || entry.Sid == user.Sid
                || user.Groups.Contains(entry.Sid)
                || (entry.Sid == OwnerRights && owner == user.Sid);
            if (isMeant && entry.Type != AceType.AllowIf)
            {
                return entry.Type == AceType.Allow;
            }
        }

        return false;
    }
}
