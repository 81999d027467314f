using Connectors.Abstractions;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>Errors of the state folder.</summary>
internal static class StateFolderErrors
{
    /// <summary>Whether a write failed because of the disk: it is full, a quota or a limit is reached, or it is gone.</summary>
    /// <remarks>.NET reports a file that would become larger than the file system or the process's limit allows (EFBIG) as an argument out
    /// of range.</remarks>
    public static bool IsDiskFailure(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    /// <summary>What a failure for which <see cref="IsDiskFailure"/> is true says.</summary>
    public static string Reason(Exception failure) =>
        failure is ArgumentOutOfRangeException ? "a file has reached the largest size that is allowed" : failure.Message;

    /// <summary>The error for the operator.</summary>
    /// <param name="what">What can't be kept, as the beginning of a sentence.</param>
    /// <param name="folder">Where.</param>
    /// <param name="failure">A failure for which <see cref="IsDiskFailure"/> is true.</param>
    public static ConnectorException Explain(string what, string folder, Exception failure)
    {
        var reason = Reason(failure);
        return new ConnectorException(
            FailureKind.Fatal,
            failure is UnauthorizedAccessException
                ? $"{what} can't be kept in '{folder}': {Sentences.Inner(reason)}. Give this process's user the right to write there, or "
                    + "set service.state_dir to another folder."
                : $"{what} can't be kept in '{folder}': {Sentences.Inner(reason)}. Free some space there, or set service.state_dir to "
                    + "another folder.",
            failure
        );
    }
}
