using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>Who may see a file. Safe for concurrent use.</summary>
internal sealed class DriveAccess(RestClient client)
{
    /// <summary>The values of those whom a file's permissions name; <see langword="null"/> when the permissions of this file may not be
    /// asked for, or it is gone.</summary>
    /// <exception cref="ConnectorException">They could not be asked for.</exception>
    public async Task<IReadOnlyList<string>?> OfAsync(JsonElement file, CancellationToken cancellationToken)
    {
        // The file itself lists them when the asking account may share it, and never in a shared drive.
        if (file.Find("permissions") is { ValueKind: JsonValueKind.Array } listed && listed.GetArrayLength() > 0)
        {
            return [.. listed.EnumerateArray().Select(ValueOf).OfType<string>()];
        }

        var values = new List<string?>();
        try
        {
            await foreach (
                var permission in client.ListAsync(DriveApi.PermissionsOf(DriveApi.IdOf(file)), DriveApi.Permissions, cancellationToken)
            )
            {
                values.Add(ValueOf(permission));
            }
        }
        catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
        {
            return null;
        }

        return [.. values.OfType<string>()];
    }

    /// <summary>An account that was deleted has no address, and counts for nobody.</summary>
    private static string? ValueOf(JsonElement permission) =>
        permission.Text("type") switch
        {
            "user" when permission.Text("emailAddress") is { } address => AccessControl.User(address.ToLowerInvariant()),
            "group" when permission.Text("emailAddress") is { } address => AccessControl.Group(address.ToLowerInvariant()),
            "domain" when permission.Text("domain") is { } domain => AccessControl.Value("domain", domain.ToLowerInvariant()),
            "anyone" => "anyone",
            _ => null,
        };
}
