using System.Runtime.CompilerServices;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>The driver needs cultures, which the programs have when they are asked for; the tests have them in a process of their own:
/// <see cref="MsSqlDriverTests"/>.</summary>
internal static class MsSqlCultures
{
    public const string Variable = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    private const string Switch = "System.Globalization.Invariant";

    /// <summary>Skips a test that runs in the other process.</summary>
    public static void AreNeeded() =>
        Assert.SkipWhen(AppContext.TryGetSwitch(Switch, out var isWithout) && isWithout, "runs in the process of MsSqlDriverTests");

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
