namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>A part of Drive that is asked for: one shared drive, or what one account sees.</summary>
/// <param name="Drive">The id of the shared drive; <see langword="null"/> for files that the asking account owns or that are shared with
/// it.</param>
/// <param name="WithDrives">Whether files of shared drives count.</param>
internal sealed record DrivePart(string? Drive, bool WithDrives)
{
    private string DriveId => Drive is null ? string.Empty : $"driveId={Uri.EscapeDataString(Drive)}&";

    /// <summary>The parameters by which its files are listed.</summary>
    public string Files => $"corpora={(Drive is null ? "user" : "drive")}&{Changes}";

    /// <summary>The parameters by which its changes are listed.</summary>
    public string Changes =>
        WithDrives
            ? $"{DriveId}includeItemsFromAllDrives=true&supportsAllDrives=true"
            : "includeItemsFromAllDrives=false&supportsAllDrives=false";

    /// <summary>The parameters by which the end of its changes is asked for.</summary>
    public string End => $"{DriveId}supportsAllDrives={(WithDrives ? "true" : "false")}";
}
