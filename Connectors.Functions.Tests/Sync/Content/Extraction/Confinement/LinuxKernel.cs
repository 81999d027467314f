using System.Runtime.InteropServices;
using Connectors.Sync.Content.Extraction;

namespace Connectors.Tests.Sync.Content.Extraction.Confinement;

/// <summary>What the kernel of this machine can confine, asked by the test itself.</summary>
internal static partial class LinuxKernel
{
    /// <summary>Whether it has Landlock.</summary>
    public static bool HasLandlock => OperatingSystem.IsLinux() && Call(444, 0, 0, 1) >= 1;

    /// <summary>What an extraction process has to say here.</summary>
    public static ExtractionConfinement Confinement =>
        !OperatingSystem.IsLinux() ? ExtractionConfinement.None
        : HasLandlock ? ExtractionConfinement.Full
        : ExtractionConfinement.Network;

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint argument1, nint argument2, nint argument3);
}
