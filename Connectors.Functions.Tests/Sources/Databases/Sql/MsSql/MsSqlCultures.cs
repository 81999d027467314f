using System.Runtime.CompilerServices;
using Connectors.Build;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>The driver needs cultures, which the programs have when they are asked for, and so have the tests: build.cs runs those of the
/// driver in a process of their own.</summary>
internal static class MsSqlCultures
{
    private const string Variable = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";
    private const string Switch = "System.Globalization.Invariant";

    /// <summary>Skips a test where no process with cultures can start.</summary>
    public static void RequireIcu() =>
        Assert.SkipUnless(TestServers.HasCultures(), "ICU is not installed (apt-get install libicu-dev).");

    /// <summary>Skips a test in a process without cultures.</summary>
    public static void Require() => Assert.SkipWhen(WhyMissing() is not null, WhyMissing() ?? string.Empty);

    /// <summary>Why this process has none; <see langword="null"/> when it has.</summary>
    public static string? WhyMissing() =>
        AppContext.TryGetSwitch(Switch, out var isWithout) && isWithout
            ? $"the driver of SQL Server needs cultures: start with {Variable}=false, where ICU is installed (apt-get install libicu-dev)"
            : null;

    /// <summary>As in the programs, before anything else.</summary>
    [ModuleInitializer]
    internal static void SwitchOn()
    {
        if (Environment.GetEnvironmentVariable(Variable) is "0" or "false")
        {
            AppContext.SetSwitch(Switch, false);
        }
    }
}
