using Connectors.Sync.Staging.LocalState;

namespace Connectors.Cli.Doctor;

/// <summary>Checks that syncs can keep their state. A folder that is not there is left to the first of them: who asks in the wrong place
/// leaves nothing behind.</summary>
internal static class StateFolderCheck
{
    private const string Check = "state folder";

    /// <summary>Runs the check.</summary>
    /// <param name="folder">Full path of the folder.</param>
    public static CheckResult Run(string folder)
    {
        var place = folder;
        while (!Path.Exists(place) && Path.GetDirectoryName(place) is { } above)
        {
            place = above;
        }

        var isThere = place == folder;
        try
        {
            if (isThere)
            {
                PrivateFiles.CreateRoot(folder);
            }
            else if (File.Exists(place))
            {
                throw new IOException($"'{place}' is a file.");
            }

            PrivateFiles.RequireWritable(place);
            return CheckResult.Ok(Check, $"{folder} {(isThere ? "can be written" : "will be made when first needed")}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return CheckResult.Failed(
                Check,
                $"{folder} can't be {(isThere ? "written" : "made")}: {failure.Message}",
                (failure is UnauthorizedAccessException ? "Give this user the right to write there" : "Mend that")
                    + ", or set service.state_dir to another folder. No sync runs without it."
            );
        }
    }
}
