using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.ServiceNow;

/// <summary>Finds the tables that a connector means.</summary>
internal sealed class ServiceNowTables(ServiceNowBatch batch)
{
    /// <summary>The tables that <c>*</c> stands for, and the roles that may read each.</summary>
    public static IReadOnlyList<(string Table, IReadOnlyList<string> Roles)> Standard { get; } =
    [
        ("sys_user", ["admin"]),
        ("sc_req_item", ["admin", "sn_request_read", "asset", "atf_test_designer", "atf_test_admin"]),
        ("incident", ["admin", "sn_incident_read", "ml_report_user", "ml_admin", "itil"]),
        ("kb_knowledge", ["admin", "knowledge", "knowledge_manager", "knowledge_admin"]),
        ("change_request", ["admin", "sn_change_read", "itil"]),
    ];

    /// <summary>The names of tables that were given by label or name.</summary>
    /// <param name="field">The field or rule that gives them, for the message.</param>
    /// <param name="services">Labels or names.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ConnectorException">There is no such table.</exception>
    public async Task<IReadOnlyDictionary<string, string>> FindAsync(
        string field,
        IEnumerable<string> services,
        CancellationToken cancellationToken
    )
    {
        var tables = await batch.AllAsync("sys_db_object", string.Empty, cancellationToken, fields: "sys_id, label, name");
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var service in services.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            found[service] = tables
                .Where(table => Equals(table.Text("label"), service) || Equals(table.Text("name"), service))
                .Select(table => table.Text("name"))
                .Order(StringComparer.Ordinal)
                .FirstOrDefault(name => name is not null)
                ?? throw new ConnectorException(
                    $"{field}: there is no table '{service}' that this user can see. Give its label or its name."
                );
        }

        return found;
    }

    private static bool Equals(string? item, string other) => string.Equals(item, other, StringComparison.OrdinalIgnoreCase);
}
