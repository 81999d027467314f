using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Atlassian;

/// <summary>The values by which documents and people are matched, as the Python service writes them.</summary>
internal static class AtlassianValues
{
    /// <summary>An account of Cloud, by its id; a user of Jira Server and Data Center, by its name.</summary>
    public static string Account(string id) => AccessControl.Value("account_id", id);

    /// <summary>A group of Cloud, by its id.</summary>
    public static string Group(string id) => AccessControl.Value("group_id", id);

    /// <summary>A name of a person with hyphens for blanks: for applications to find it by. No document is matched by it, as names are not
    /// unique.</summary>
    public static string Name(string name) => AccessControl.Value("name", name.Replace(' ', '-'));

    /// <summary>Whether an account is a person's who may sign in, and not an app's.</summary>
    public static bool IsPerson(JsonElement user) =>
        user.Find("active") is not { ValueKind: JsonValueKind.False } && user.Text("accountType") is null or "atlassian";
}
