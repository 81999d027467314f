using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Sync.Service.Jobs;

/// <summary>Says whether a connector has identities to sync, and why not.</summary>
internal static class AccessControlCheck
{
    /// <summary>Whether a connector, as it is configured now, has identities to sync; false when that can't be told.</summary>
    public static bool IsOn(ConnectorRecord connector, SourceCheck sources)
    {
        try
        {
            var source = sources.Describe(connector.ServiceType ?? string.Empty);
            return AccessControl.IsOn(source, SourceSettings.FromConfiguration(connector.Configuration, source.Fields));
        }
        catch (ConnectorException)
        {
            return false;
        }
    }

    /// <summary>Why a connector, as it is configured now, has no identities to sync; <see langword="null"/> when it has some, or that can't
    /// be told.</summary>
    public static string? Problem(ConnectorRecord connector, SourceCheck sources)
    {
        SourceDescription? source = null;
        try
        {
            source = sources.Describe(connector.ServiceType ?? string.Empty);
            Require(connector.Configuration, source);
            return null;
        }
        catch (ConnectorException failure)
        {
            return source is null ? null : failure.Message;
        }
    }

    /// <summary>Throws unless a source knows access control, and its settings switch it on.</summary>
    /// <exception cref="ConnectorException">There are no identities to sync.</exception>
    public static void Require(JsonObject? configuration, SourceDescription source)
    {
        if (!source.HasAccessControl)
        {
            throw new ConnectorException(
                $"{source.Name} has no access control to sync. Start content syncs only, and switch a schedule for access control off."
            );
        }

        if (!AccessControl.IsOn(source, SourceSettings.FromConfiguration(configuration, source.Fields)))
        {
            throw new ConnectorException(
                $"{AccessControl.Switch.Name}: switched off, so no identity was synced. Switch it on in the connector's configuration, "
                    + "let a full sync end, then sync access control again."
            );
        }
    }
}
