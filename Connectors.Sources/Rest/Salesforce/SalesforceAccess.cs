using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>Who may read an object, and a file. Asked once for each object. Safe for concurrent use.</summary>
internal sealed class SalesforceAccess(SalesforceApi api) : IDisposable
{
    /// <summary>Ids of users begin with it, in every organization.</summary>
    private const string UserPrefix = "005";

    private readonly Remembered<IReadOnlyList<string>> _byObject = new();

    /// <summary>The values of a user. Names are left out: two persons may have the same.</summary>
    public static IReadOnlyList<string> ValuesOf(string id, string? email) =>
        email is null ? [UserValue(id)] : [UserValue(id), AccessControl.Value("email", email)];

    /// <summary>The value of a user, by the id.</summary>
    public static string UserValue(string id) => AccessControl.Value("user_id", id);

    /// <summary>The values of the users whom a profile or a permission set lets read an object.</summary>
    /// <exception cref="ConnectorException">They could not be found out; then the documents must not be written.</exception>
    public Task<IReadOnlyList<string>> OfObjectAsync(string name, CancellationToken cancellationToken) =>
        _byObject.GetAsync(name, () => FindAsync(name, cancellationToken), cancellationToken);

    /// <summary>The values of the users whom files are shared with, by the files' ids.</summary>
    /// <exception cref="ConnectorException">They could not be found out; then the documents must not be written.</exception>
    public async Task<ILookup<string, string>> OfFilesAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var links = await api.ListAsync(
            some => $"SELECT ContentDocumentId, LinkedEntityId FROM ContentDocumentLink WHERE ContentDocumentId IN ({some})",
            ids,
            cancellationToken
        );
        return links
            .Select(link => (File: link.Text("ContentDocumentId"), With: link.Text("LinkedEntityId")))
            .Where(link => link.File is not null && link.With?.StartsWith(UserPrefix, StringComparison.Ordinal) == true)
            .ToLookup(link => link.File!, link => UserValue(link.With!), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose() => _byObject.Dispose();

    private async Task<IReadOnlyList<string>> FindAsync(string name, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        var query =
            "SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSetId IN "
            + $"(SELECT ParentId FROM ObjectPermissions WHERE PermissionsRead = true AND SObjectType = '{name}')";
        await foreach (var assignment in api.ListAsync(query, cancellationToken))
        {
            ids.Add(assignment.RequiredText("An assignment of Salesforce", "AssigneeId"));
        }

        var users = await api.ListAsync(some => $"SELECT Id, Email FROM User WHERE Id IN ({some})", ids, cancellationToken);
        var emails = users
            .GroupBy(user => user.RequiredText("A user of Salesforce", "Id"), StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.First().Text("Email"), StringComparer.Ordinal);
        return [.. ids.SelectMany(id => ValuesOf(id, emails.GetValueOrDefault(id))).Distinct(StringComparer.Ordinal)];
    }
}
