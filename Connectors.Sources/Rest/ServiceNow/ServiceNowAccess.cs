using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.ServiceNow;

/// <summary>Who may read a table: the users that have one of its roles. Asked once for each table. Safe for concurrent use.</summary>
internal sealed class ServiceNowAccess(ServiceNowBatch batch) : IDisposable
{
    private const string Public = "public";
    private readonly Remembered<IReadOnlyList<string>> _byTable = new();
    private readonly Remembered<IReadOnlyList<JsonElement>> _lists = new();

    /// <summary>The value of a user, by its <c>sys_id</c>.</summary>
    public static string ValueOf(string id) => AccessControl.Value("user_id", id);

    /// <summary>The values of those who may read a table.</summary>
    /// <exception cref="ConnectorException">They could not be found out; then the documents must not be written.</exception>
    public Task<IReadOnlyList<string>> OfAsync(string table, CancellationToken cancellationToken) =>
        _byTable.GetAsync(table, () => FindAsync(table, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _byTable.Dispose();
        _lists.Dispose();
    }

    private async Task<IReadOnlyList<string>> FindAsync(string table, CancellationToken cancellationToken)
    {
        var roles = await _lists.GetAsync(
            "sys_user_role",
            () => batch.AllAsync("sys_user_role", string.Empty, cancellationToken),
            cancellationToken
        );
        var standard = ServiceNowTables.Standard.FirstOrDefault(known => known.Table == table).Roles;
        var ids = standard is not null
            ? [.. roles.Where(role => standard.Contains(role.Text("name"), StringComparer.Ordinal)).Select(role => role.Text("sys_id"))]
            : await RolesOfRulesAsync(table, cancellationToken);

        var values = new HashSet<string>(StringComparer.Ordinal);
        if (roles.Any(role => role.Text("name") == Public && ids.Contains(role.Text("sys_id"))))
        {
            var users = await _lists.GetAsync(
                "sys_user",
                () => batch.AllAsync("sys_user", string.Empty, cancellationToken),
                cancellationToken
            );
            values.UnionWith(users.Select(user => ValueOf(user.RequiredText("A user of ServiceNow", "sys_id"))));
        }

        foreach (var role in ids.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var members = await _lists.GetAsync(
                role,
                () => batch.AllAsync("sys_user_has_role", $"role={role}", cancellationToken),
                cancellationToken
            );
            values.UnionWith(members.Select(member => member.Text("user", "value")).OfType<string>().Select(ValueOf));
        }

        return [.. values];
    }

    /// <summary>The roles of the table's access rules for reading that ask for nothing but a role.</summary>
    private async Task<List<string?>> RolesOfRulesAsync(string table, CancellationToken cancellationToken)
    {
        var rules = await batch.AllAsync(
            "sys_security_acl_role",
            string.Empty,
            cancellationToken,
            $"sys_security_acl.operation=read&sys_security_acl.name={Uri.EscapeDataString(table)}"
                + "&sys_security_acl.script=&sys_security_acl.condition=&"
        );
        return [.. rules.Select(rule => rule.Text("sys_user_role", "value"))];
    }
}
