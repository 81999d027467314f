using System.Runtime.CompilerServices;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>The driver needs cultures, which the programs have when they are asked for, and so has a process of tests.</summary>
internal static class MsSqlCultures
{
    public const string Variable = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    private static readonly string[] Folders = ["/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];

    /// <summary>Skips a test where a process with cultures can't start.</summary>
    public static void Require() =>
        Assert.SkipUnless(
            !OperatingSystem.IsLinux()
                || Folders.Any(folder => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "libicuuc.so*").Any()),
            "ICU is not installed (apt-get install libicu-dev)."
        );

    /// <summary>As in the programs, before anything else.</summary>
    [ModuleInitializer]
    internal static void SwitchOn()
    {
        if (Environment.GetEnvironmentVariable(Variable) is "0" or "false")
        {
            AppContext.SetSwitch("System.Globalization.Invariant", false);
        }
    }
}
