using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.SharePoint;

/// <summary>Makes values of access control of those to whom SharePoint gives roles.</summary>
internal interface ISharePointPrincipals
{
    /// <summary>The values of users and groups, each as SharePoint's REST API lists it.</summary>
    /// <exception cref="ConnectorException">They can't be found out; then the documents must not be written.</exception>
    Task<IReadOnlyCollection<string>> ValuesOfAsync(IEnumerable<JsonElement> users, CancellationToken cancellationToken);
}
