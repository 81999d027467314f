using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Microsoft.Drives;

/// <summary>Changes of drives since a time: the end of what Graph remembers means a full sync, not a gap.</summary>
internal static class DriveChanges
{
    /// <summary>The failure of a drive whose history does not reach back far enough (410).</summary>
    public static ConnectorException Expired(string drive) =>
        new($"Microsoft Graph ({drive}): the history of changes does not reach back to the last sync.") { IsGone = true };

    /// <summary>Reads a page of changes.</summary>
    /// <param name="read">Reads it.</param>
    public static async Task<ChangePage> ReadAsync(Func<Task<ChangePage>> read)
    {
        try
        {
            return await read();
        }
        catch (ConnectorException lost) when (lost.IsGone)
        {
            return ChangePage.Expired(lost.Message);
        }
    }
}
