using Connectors.Abstractions;

namespace Connectors.Sync.Content.Extraction;

/// <summary>How the program that reads files is started.</summary>
/// <param name="Program">Full path, or a name to look for on the path.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ExtractionCommand(string Program, IReadOnlyList<string> Arguments)
{
    private const string WorkerName = "Connectors.Extraction.dll";

    /// <summary>The program that lies beside the app, run by the <c>dotnet</c> that runs the app.</summary>
    /// <exception cref="ConnectorException">It is not there.</exception>
    public static ExtractionCommand Find()
    {
        var worker = Path.Combine(AppContext.BaseDirectory, WorkerName);
        return File.Exists(worker) && File.Exists(Path.ChangeExtension(worker, ".runtimeconfig.json"))
            ? new ExtractionCommand(Dotnet(), [worker])
            : throw new ConnectorException(
                $"local_extraction.enabled: {WorkerName} is not in {AppContext.BaseDirectory}. Deploy it with the app, with its "
                    + ".runtimeconfig.json and the assemblies that it needs."
            );
    }

    /// <summary>The <c>dotnet</c> that runs this process, else the one that the environment names, else that on the path.</summary>
    public static string Dotnet()
    {
        if (
            Environment.ProcessPath is { } path
            && Path.GetFileNameWithoutExtension(path).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
        )
        {
            return path;
        }

        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string?[] places =
        [
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH"),
            Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? Path.Combine(root, name) : null,
        ];
        return Array.Find(places, File.Exists) ?? name;
    }
}
