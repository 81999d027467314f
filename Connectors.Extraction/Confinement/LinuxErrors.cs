namespace Connectors.Extraction.Confinement;

/// <summary>Numbers of errno(3).</summary>
internal static class LinuxErrors
{
    /// <summary>EPERM: not permitted. The filter of calls answers with it.</summary>
    public const int NotPermitted = 1;

    /// <summary>EACCES: no access. Landlock answers with it.</summary>
    public const int NoAccess = 13;

    /// <summary>ENOSYS: this kernel has no such call. The C library then does without.</summary>
    public const int NoSuchCall = 38;
}
