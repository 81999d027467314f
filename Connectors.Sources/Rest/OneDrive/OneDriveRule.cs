using System.Text.RegularExpressions;

namespace Connectors.Sources.Rest.OneDrive;

/// <summary>One advanced rule: the files that it lets in.</summary>
/// <param name="Owners">Mail addresses of the users whose drives are read, in lower case; empty for all.</param>
/// <param name="SkippedExtensions">Extensions with their dot, in lower case.</param>
/// <param name="Folders">The folders to mirror, by their path; <see langword="null"/> for all.</param>
internal sealed record OneDriveRule(IReadOnlyList<string> Owners, IReadOnlyList<string> SkippedExtensions, Regex? Folders)
{
    /// <summary>Whether it speaks of a drive.</summary>
    /// <param name="owner">The mail address of the drive's owner; empty when there is none.</param>
    public bool IsOf(string owner) => Owners.Count == 0 || Owners.Contains(owner.ToLowerInvariant(), StringComparer.Ordinal);

    /// <summary>Whether it lets an item in.</summary>
    /// <param name="name">The item's name.</param>
    /// <param name="folder">The path of its folder, as Graph writes it.</param>
    public bool Allows(string name, string folder) =>
        !SkippedExtensions.Contains(Path.GetExtension(name).ToLowerInvariant(), StringComparer.Ordinal)
        && Folders?.IsMatch(PathOf(folder)) != false;

    /// <summary>Graph writes <c>/drive/root:/Reports</c> or <c>/drives/ID/root:/Reports</c>, and escapes what is special in it.</summary>
    private static string PathOf(string folder)
    {
        var root = folder.IndexOf("/root:", StringComparison.Ordinal);
        return Uri.UnescapeDataString(root < 0 ? folder : $"/drive{folder[root..]}");
    }
}
