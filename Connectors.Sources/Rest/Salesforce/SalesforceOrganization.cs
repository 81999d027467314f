namespace Connectors.Sources.Rest.Salesforce;

/// <summary>What the streams of an organization share. Safe for concurrent use.</summary>
/// <param name="api">Asks.</param>
/// <param name="address">The address of the organization, for links in documents.</param>
/// <param name="hasAccessControl">Whether documents list who may see them.</param>
internal sealed class SalesforceOrganization(SalesforceApi api, Uri address, bool hasAccessControl) : IDisposable
{
    private readonly SalesforceSchema _schema = new(api);
    private SalesforceQueries? _queries;

    /// <summary>Sends the requests.</summary>
    public SalesforceApi Api => api;

    /// <summary>Objects and fields.</summary>
    public SalesforceSchema Schema => _schema;

    /// <summary>Writes queries.</summary>
    public SalesforceQueries Queries => _queries ??= new SalesforceQueries(_schema);

    /// <summary>Who may read what; <see langword="null"/> when access control is off.</summary>
    public SalesforceAccess? Access { get; } = hasAccessControl ? new SalesforceAccess(api) : null;

    /// <summary>The address of a record's page, for people.</summary>
    public string LinkTo(string? id) => $"{address.GetLeftPart(UriPartial.Authority)}/{id}";

    /// <inheritdoc/>
    public void Dispose()
    {
        _schema.Dispose();
        Access?.Dispose();
    }
}
