using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>The Bicep compiler, as restored with the tests. It needs no network.</summary>
internal static class BicepCompiler
{
    private static readonly string Program = typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "BicepPath").Value!;

    /// <summary>Skips the test on a platform for which the compiler is not restored.</summary>
    public static void Require() => Assert.SkipUnless(
        OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64,
        "The Bicep compiler that is restored with the tests runs on linux-x64 only.");

    /// <summary>Runs the compiler.</summary>
    /// <param name="arguments">Command and files.</param>
    /// <param name="environment">Variables that a parameter file reads.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its exit code, what it printed, and what it complained about.</returns>
    public static async Task<(int Code, string Output, string Complaints)> RunAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var complaints = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await complaints);
    }
}
