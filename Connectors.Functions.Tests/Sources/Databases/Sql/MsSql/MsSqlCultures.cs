using System.Runtime.CompilerServices;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>The driver needs cultures, which the programs have when they are asked for, and so has a process of tests.</summary>
internal static class MsSqlCultures
{
    public const string Variable = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

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
