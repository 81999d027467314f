using System.Diagnostics.CodeAnalysis;

/// <summary>Runs in another program before its own code, by <c>DOTNET_STARTUP_HOOKS</c>: it writes at its end which assemblies it has
/// loaded, puts hostile code into a library, or signs in with Google.</summary>
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime finds it by this name.")]
[SuppressMessage("Design", "MA0047:Declare types in namespaces", Justification = "The runtime finds it by this name.")]
internal static class StartupHook
{
    /// <summary>The environment variable that names the file to write.</summary>
    public const string FileVariable = "CONNECTORS_TESTS_LOADED_ASSEMBLIES";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { } file)
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) =>
                File.WriteAllLines(file, AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name!));
        }

        // A trimmed program has not all that the other hook needs.
        if (Connectors.Tests.Published.GoogleSignIn.IsWanted)
        {
            Connectors.Tests.Published.GoogleSignIn.Run();
            return;
        }

        Connectors.Tests.Sync.Content.Extraction.Confinement.TakenOverLibrary.Arm();
    }
}
