using System.Collections.Immutable;
using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sources.Files.Access;

/// <summary>Who may do something with a file or a folder: everybody, or some users and groups by their numbers. Pure.</summary>
/// <param name="IsEveryone">Whether it is everybody.</param>
/// <param name="Users">Users.</param>
/// <param name="Groups">Groups, with all who are in them.</param>
internal sealed record AccessSet(bool IsEveryone, ImmutableSortedSet<uint> Users, ImmutableSortedSet<uint> Groups)
{
    /// <summary>The right to read a file's content.</summary>
    public const int ToRead = 4;

    /// <summary>The right to use what is in a folder.</summary>
    public const int ToEnter = 1;

    /// <summary>Everybody.</summary>
    public static AccessSet Everyone { get; } = new(true, [], []);

    /// <summary>Nobody.</summary>
    public static AccessSet Nobody { get; } = new(false, [], []);

    /// <summary>Who has a right.</summary>
    /// <remarks>A list of who may can't say who may not. Where the system shuts some out of what others have, those others are left out
    /// too, or listed by name as far as they are known. The owner, who can give himself every right, is never shut out of what his group
    /// may.</remarks>
    /// <param name="file">Owner, group and mode.</param>
    /// <param name="acl">The list beside the mode, or <see langword="null"/>.</param>
    /// <param name="right">Which right.</param>
    /// <param name="accounts">Who is in a group.</param>
    public static AccessSet Of(UnixFileStatus file, PosixAcl? acl, int right, Accounts accounts)
    {
        var entries = acl?.Entries
            ??
            [
                new PosixAcl.Entry(AclTag.Owner, (int)(file.Mode >> 6) & 7, 0),
                new PosixAcl.Entry(AclTag.OwningGroup, (int)(file.Mode >> 3) & 7, 0),
                new PosixAcl.Entry(AclTag.Others, (int)file.Mode & 7, 0),
            ];
        var mask = entries.Where(entry => entry.Tag == AclTag.Mask).Aggregate(7, (bits, entry) => bits & entry.Bits);
        var users = new HashSet<uint>();
        var groups = new HashSet<uint>();
        var shutOut = new HashSet<uint>();
        var isGroupShutOut = false;
        var mayOthers = false;
        foreach (var entry in entries)
        {
            var may = (entry.Bits & right) != 0;
            var mayUnderMask = may && (mask & right) != 0;
            switch (entry.Tag)
            {
                case AclTag.Owner when may:
                    users.Add(file.User);
                    break;
                case AclTag.User:
                    (mayUnderMask ? users : shutOut).Add(entry.Id);
                    break;
                case AclTag.OwningGroup or AclTag.Group when mayUnderMask:
                    groups.Add(entry.Tag == AclTag.Group ? entry.Id : file.Group);
                    break;
                case AclTag.OwningGroup or AclTag.Group:
                    isGroupShutOut = true;
                    break;
                case AclTag.Others:
                    mayOthers = may;
                    break;
            }
        }

        shutOut.ExceptWith(users);
        if (mayOthers && !isGroupShutOut && shutOut.Count == 0)
        {
            return Everyone;
        }

        if (shutOut.Count > 0)
        {
            users.UnionWith(groups.SelectMany(accounts.MembersOf).Where(member => !shutOut.Contains(member)));
            groups.Clear();
        }

        return new AccessSet(false, [.. users], [.. groups]);
    }

    /// <summary>Who is in both.</summary>
    public AccessSet And(AccessSet other, Accounts accounts)
    {
        if (IsEveryone || other.IsEveryone)
        {
            return IsEveryone ? other : this;
        }

        var groups = Groups.Intersect(other.Groups);
        var users = Candidates(this, groups, accounts)
            .Where(user => other.Has(user, accounts))
            .Concat(Candidates(other, groups, accounts).Where(user => Has(user, accounts)));
        return new AccessSet(false, [.. users], groups);
    }

    /// <summary>As values of documents.</summary>
    public IReadOnlyList<string> Values() =>
        IsEveryone ? [AccessControl.Everyone] : [.. Users.Select(UserValue), .. Groups.Select(GroupValue)];

    /// <summary>The value of a user. By number: names are given again, and differ from machine to machine.</summary>
    public static string UserValue(uint user) => AccessControl.User(user.ToString(CultureInfo.InvariantCulture));

    /// <summary>The value of a group.</summary>
    public static string GroupValue(uint group) => AccessControl.Group(group.ToString(CultureInfo.InvariantCulture));

    private bool Has(uint user, Accounts accounts) => Users.Contains(user) || accounts.GroupsOf(user).Any(Groups.Contains);

    /// <summary>Users who may be in both sets other than by a group of both.</summary>
    private static IEnumerable<uint> Candidates(AccessSet set, ImmutableSortedSet<uint> common, Accounts accounts) =>
        set.Users.Concat(set.Groups.Except(common).SelectMany(accounts.MembersOf));
}
