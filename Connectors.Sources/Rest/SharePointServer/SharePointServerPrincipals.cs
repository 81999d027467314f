using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.SharePoint;

namespace Connectors.Sources.Rest.SharePointServer;

/// <summary>
/// The values of users and groups of a server, told by their login names. The numbers of users are not among them: each site collection
/// counts its own, so that one number is another user in the next one.
/// </summary>
internal sealed class SharePointServerPrincipals : ISharePointPrincipals
{
    private const string Everyone = "c:0(.s|true";
    private const string WindowsUser = "i:0#.w|";

    /// <summary>The value of all who sign in to Windows: what the login name of that group ends with.</summary>
    private static readonly string AllWindowsUsers = AccessControl.Group("windows");

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<string>> ValuesOfAsync(IEnumerable<JsonElement> users, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<string>>([.. users.SelectMany(ValuesOf).Distinct(StringComparer.Ordinal)]);

    /// <summary>Whether a principal is a person. Others are groups of SharePoint or of Active Directory.</summary>
    public static bool IsPerson(JsonElement principal) => principal.Text("PrincipalType") is "1" or null;

    /// <summary>The identity of a person.</summary>
    public static AccessIdentity IdentityOf(JsonElement user, string login)
    {
        var (email, title) = (ValueOf("email", user.Text("Email")), ValueOf("user", user.Text("Title")));
        var name = AccessControl.Value("login_name", login);
        string?[] values = [email, title, name, login.StartsWith(WindowsUser, StringComparison.Ordinal) ? AllWindowsUsers : null];
        return new AccessIdentity(login, [.. values.OfType<string>()])
        {
            Identity = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["email"] = email,
                ["title"] = title,
                ["user_id"] = ValueOf("user_id", user.Text("Id")),
                ["login_name"] = name,
            },
        };
    }

    private static IEnumerable<string> ValuesOf(JsonElement principal)
    {
        var login = principal.Text("LoginName");
        string?[] values =
            login == Everyone ? [AccessControl.Everyone]
            : IsPerson(principal) ? [ValueOf("login_name", login), ValueOf("email", principal.Text("Email"))]
            : [ValueOf("group", login?.Split('|')[^1]), ValueOf("group_name", principal.Text("Title"))];
        return values.OfType<string>();
    }

    private static string? ValueOf(string prefix, string? text) => string.IsNullOrEmpty(text) ? null : AccessControl.Value(prefix, text);
}
