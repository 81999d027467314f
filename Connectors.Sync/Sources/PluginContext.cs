using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Sources;

/// <summary>The load context of a plug-in: what stands beside it is its own, in its own version.</summary>
/// <param name="path">The plug-in's assembly.</param>
internal sealed class PluginContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
{
    private static readonly JsonDocumentOptions Tolerant = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    // The types of these meet in the contract of a source: both sides must mean the same ones.
    private static readonly HashSet<string> Shared = new(StringComparer.OrdinalIgnoreCase)
    {
        typeof(IDataSource).Assembly.GetName().Name!,
        "Microsoft.Extensions.Logging.Abstractions",
        "Microsoft.Extensions.DependencyInjection.Abstractions",
    };

    private readonly AssemblyDependencyResolver _resolver = new(path);
    private readonly HashSet<string> _published = Published(Path.ChangeExtension(path, ".deps.json"));

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        var name = assemblyName.Name!;
        if (Shared.Contains(name))
        {
            return null;
        }

        if (_resolver.ResolveAssemblyToPath(assemblyName) is { } resolved)
        {
            return LoadFromAssemblyPath(resolved);
        }

        // The service may have it in another version, which would do until the service changes its own.
        return _published.Contains(name)
            ? throw new FileNotFoundException($"{name}.dll, which it was published with, is not beside it", assemblyName.FullName)
            : null;
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } resolved ? LoadUnmanagedDllFromPath(resolved) : 0;

    /// <summary>The names of the assemblies that a plug-in was published with; none when it does not say.</summary>
    private static HashSet<string> Published(string dependencies)
    {
        if (!File.Exists(dependencies))
        {
            return [];
        }

        var targets = JsonNode.Parse(File.ReadAllBytes(dependencies), documentOptions: Tolerant)?["targets"] as JsonObject ?? [];
        return targets
            .Select(target => target.Value)
            .OfType<JsonObject>()
            .SelectMany(target => target.Select(library => library.Value?["runtime"]))
            .OfType<JsonObject>()
            .SelectMany(assemblies => assemblies.Select(assembly => Path.GetFileNameWithoutExtension(assembly.Key)))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }
}
