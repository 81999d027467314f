using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Microsoft.Drives;

/// <summary>Who may see an item of a drive, by its permissions. A link for all who have it lets in nobody who searches.</summary>
internal static class DrivePermissions
{
    /// <summary>The users and groups that permissions name, each once.</summary>
    public static IReadOnlyCollection<string> ValuesOf(IEnumerable<JsonElement> permissions)
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var permission in permissions)
        {
            foreach (var grantee in GranteesOf(permission))
            {
                if (grantee.Text("user", "id") is { } user)
                {
                    values.Add(GraphUsers.ValueOf(user));
                }

                if (grantee.Text("group", "id") is { } group)
                {
                    values.Add(AccessControl.Group(group));
                }
            }
        }

        return values;
    }

    /// <summary>Those whom a permission names, by itself or by a link for some.</summary>
    public static IEnumerable<JsonElement> GranteesOf(JsonElement permission) =>
        permission.Find("grantedToV2") is { } one
            ? permission.Items("grantedToIdentitiesV2").Prepend(one)
            : permission.Items("grantedToIdentitiesV2");
}
