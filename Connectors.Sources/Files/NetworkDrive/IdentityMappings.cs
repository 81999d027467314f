using Connectors.Abstractions;

namespace Connectors.Sources.Files.NetworkDrive;

/// <summary>
/// The users and their groups, in a file of the form of the Python service's: <c>name;SID;SID of a group,SID of a group</c>, a line each.
/// Lines of another form are passed over: whoever is not listed sees less, never more.
/// </summary>
/// <param name="Users">The users, in the order of the file.</param>
internal sealed record IdentityMappings(IReadOnlyList<MappedUser> Users)
{
    /// <summary>The field that names the file.</summary>
    public const string FieldName = "identity_mappings";

    /// <summary>Reads the file.</summary>
    /// <exception cref="ConnectorException">It can't be read, lists no user, or two of the same number.</exception>
    public static IdentityMappings Read(string path)
    {
        try
        {
            return Parse(File.ReadLines(path), path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(
                FailureKind.Fatal,
                $"{FieldName}: '{path}' can't be read, so it can't be told who may see what: {failure.Message}",
                failure
            );
        }
    }

    /// <summary>The users in the lines of a file.</summary>
    /// <exception cref="ConnectorException">There is none, or two of the same number.</exception>
    internal static IdentityMappings Parse(IEnumerable<string> lines, string path)
    {
        var users = new Dictionary<string, MappedUser>(StringComparer.Ordinal);
        foreach (var parts in lines.Select(line => line.Split(';', StringSplitOptions.TrimEntries)))
        {
            if (parts is not [{ Length: > 0 } name, var sid, ..] || !IsSid(sid))
            {
                continue;
            }

            var groups = parts.Length > 2 ? parts[2].Split(',', StringSplitOptions.TrimEntries).Where(IsSid) : [];
            var user = new MappedUser(Unquoted(name), Plain(sid), groups.Select(Plain).ToHashSet(StringComparer.Ordinal));
            if (!users.TryAdd(user.Number, user) && users[user.Number] is var other && other.Sid != user.Sid)
            {
                throw new ConnectorException(
                    $"{FieldName}: the SIDs of {other.Name} and {user.Name} end with the same number ({user.Number}), by which identities "
                        + "are named. Mirror the users of each domain by a connector of its own."
                );
            }
        }

        return users.Count > 0
            ? new IdentityMappings([.. users.Values])
            : throw new ConnectorException(
                $"{FieldName}: '{path}' lists no user. Write a line for each: name;S-1-5-21-1-2-3-1001;S-1-5-32-545,S-1-5-21-1-2-3-513."
            );
    }

    private static bool IsSid(string text)
    {
        var parts = Plain(text).Split('-');
        return parts.Length >= 4
            && parts[0] == "S"
            && parts[1] == "1"
            && parts[2..].All(part => part.Length > 0 && part.All(char.IsAsciiDigit));
    }

    private static string Plain(string sid) => Unquoted(sid).ToUpperInvariant();

    private static string Unquoted(string text) => text.Trim('"');
}

/// <summary>A user of a share.</summary>
/// <param name="Name">The login name.</param>
/// <param name="Sid">The SID.</param>
/// <param name="Groups">The SIDs of the groups that the user is in.</param>
internal sealed record MappedUser(string Name, string Sid, IReadOnlySet<string> Groups)
{
    /// <summary>The last number of the SID (RID).</summary>
    public string Number => Sid[(Sid.LastIndexOf('-') + 1)..];
}
