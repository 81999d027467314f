using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sources.Files.Access;

/// <summary>
/// The users and groups of a system, as its <c>passwd</c> and <c>group</c> files list them. Lines that are not of their form are passed
/// over: whoever is not listed sees less, never more.
/// </summary>
internal sealed class Accounts
{
    private readonly Dictionary<uint, HashSet<uint>> _groupsOfUser = [];
    private readonly Dictionary<uint, HashSet<uint>> _usersOfGroup = [];

    private Accounts(IReadOnlyList<Account> users) => Users = users;

    /// <summary>The users by name, each name once, in the order of their names.</summary>
    public IReadOnlyList<Account> Users { get; }

    /// <summary>Reads both files.</summary>
    /// <exception cref="ConnectorException">One can't be read, or lists no user.</exception>
    public static Accounts Read(AccountFiles files) =>
        Parse(Lines(DirectoryConfiguration.UsersField, files.Users), Lines(DirectoryConfiguration.GroupsField, files.Groups), files.Users);

    /// <summary>The accounts in the lines of both files.</summary>
    /// <exception cref="ConnectorException">There is no user.</exception>
    internal static Accounts Parse(IEnumerable<string> users, IEnumerable<string> groups, string name)
    {
        // The first of a name counts, as for the system itself.
        var found = new SortedDictionary<string, Account>(StringComparer.Ordinal);
        foreach (var parts in users.Select(line => line.Split(':')))
        {
            if (parts.Length >= 4 && IsName(parts[0]) && Number(parts[2]) is { } user && Number(parts[3]) is { } group)
            {
                found.TryAdd(parts[0], new Account(parts[0], user, group));
            }
        }

        if (found.Count == 0)
        {
            throw new ConnectorException(
                $"{DirectoryConfiguration.UsersField}: '{name}' lists no user. Give a file of the form of /etc/passwd."
            );
        }

        var accounts = new Accounts([.. found.Values]);
        foreach (var user in accounts.Users)
        {
            accounts.Join(user.User, user.Group);
        }

        foreach (var parts in groups.Select(line => line.Split(':')))
        {
            if (parts.Length >= 4 && IsName(parts[0]) && Number(parts[2]) is { } group)
            {
                foreach (var member in parts[3].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    if (found.TryGetValue(member, out var user))
                    {
                        accounts.Join(user.User, group);
                    }
                }
            }
        }

        return accounts;
    }

    /// <summary>The groups of a user: its own, and those that list it.</summary>
    public IReadOnlyCollection<uint> GroupsOf(uint user) => _groupsOfUser.TryGetValue(user, out var groups) ? groups : [];

    /// <summary>The users in a group.</summary>
    public IReadOnlyCollection<uint> MembersOf(uint group) => _usersOfGroup.TryGetValue(group, out var users) ? users : [];

    private void Join(uint user, uint group)
    {
        Of(_groupsOfUser, user).Add(group);
        Of(_usersOfGroup, group).Add(user);

        static HashSet<uint> Of(Dictionary<uint, HashSet<uint>> all, uint key) =>
            all.TryGetValue(key, out var known) ? known : all[key] = [];
    }

    private static string[] Lines(string field, string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"{field}: '{path}' can't be read, so it can't be told who may see what: {failure.Message}",
                failure
            );
        }
    }

    /// <summary>A line that begins with a sign or <c>#</c> is no account: it asks for another service, or is a remark.</summary>
    private static bool IsName(string text) => text.Length > 0 && text[0] is not ('+' or '-' or '#');

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>A user of the system.</summary>
/// <param name="Name">The login name.</param>
/// <param name="User">Its number, which is what files know.</param>
/// <param name="Group">The number of its own group.</param>
internal sealed record Account(string Name, uint User, uint Group);

/// <summary>Where the accounts are listed.</summary>
/// <param name="Users">A file of the form of <c>/etc/passwd</c>.</param>
/// <param name="Groups">A file of the form of <c>/etc/group</c>.</param>
internal sealed record AccountFiles(string Users, string Groups);
