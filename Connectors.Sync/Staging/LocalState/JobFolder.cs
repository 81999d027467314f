using System.IO.Hashing;
using System.Text;

namespace Connectors.Sync.Staging.LocalState;

/// <summary>Names derived from job ids, for folders and orchestrations that can't use every id.</summary>
internal static class JobFolder
{
    /// <summary>The job's id where it is a harmless name (letters, digits, <c>-</c> and <c>_</c>, at most 100), else a hash of
    /// it.</summary>
    public static string NameOf(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        var isPlain =
            jobId.Length is > 0 and <= 100 && jobId.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
        return isPlain ? jobId : "job-" + Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(jobId)));
    }
}
