namespace Connectors.Tests.Support.Processes;

/// <summary>The local host with the function app as a process.</summary>
internal sealed class FunctionsProcess : ChildProcess
{
    private FunctionsProcess(IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
        : base("dotnet", [.. Program, .. arguments], environment) { }

    private static IEnumerable<string> Program { get; } =
    [
        "exec",
        "--runtimeconfig",
        Path.Combine(AppContext.BaseDirectory, "Connectors.LocalHost.runtimeconfig.json"),
        "--depsfile",
        Path.Combine(AppContext.BaseDirectory, "Connectors.Functions.Tests.deps.json"),
        Path.Combine(AppContext.BaseDirectory, "Connectors.LocalHost.dll"),
    ];

    /// <summary>Runs it with these arguments, and with these app settings: in a test nothing of the machine's own counts.</summary>
    public static FunctionsProcess Run(IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> settings) =>
        new(
            arguments,
            settings
                .Prepend((Name: "CONNECTORS_AZURITE", Value: string.Empty))
                .GroupBy(item => item.Name)
                .Select(group => KeyValuePair.Create(group.Key, group.Last().Value))
        );
}
