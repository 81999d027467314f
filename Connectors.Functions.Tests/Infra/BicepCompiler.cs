using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>The Bicep compiler, as restored with the tests. It needs no network.</summary>
internal static partial class BicepCompiler
{
    private static readonly string Program = typeof(BicepCompiler)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(item => item.Key == "BicepPath")
        .Value!;

    /// <summary>The variables that <c>infra/main.bicepparam</c> reads.</summary>
    public static IReadOnlyList<string> ParameterVariables { get; } =
    [
        .. Variable()
            .Matches(File.ReadAllText(Path.Combine(Approved.Root, "infra", "main.bicepparam")))
            .Select(match => match.Groups["name"].Value)
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Skips the test on a platform for which the compiler is not restored.</summary>
    public static void Require() =>
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64,
            "The Bicep compiler that is restored with the tests runs on linux-x64 only."
        );

    /// <summary>Runs the compiler.</summary>
    /// <param name="arguments">Command and files.</param>
    /// <param name="environment">Variables that a parameter file reads.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its exit code, what it printed, and what it complained about.</returns>
    public static async Task<(int Code, string Output, string Complaints)> RunAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        CancellationToken cancellationToken
    )
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        Set(start.Environment, environment ?? new Dictionary<string, string>());

        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var complaints = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await complaints);
    }

    /// <summary>Gives the compiler the variables of a test. Those of whoever runs the tests, who may deploy from the same shell, are left
    /// out.</summary>
    internal static void Set(IDictionary<string, string?> environment, IReadOnlyDictionary<string, string> variables)
    {
        environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        environment["DOTNET_TieredPGO"] = "0";
        foreach (var name in ParameterVariables)
        {
            environment.Remove(name);
        }

        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }
    }

    [GeneratedRegex(@"readEnvironmentVariable\('(?<name>\w+)'", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Variable();
}
