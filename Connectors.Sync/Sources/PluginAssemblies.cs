using System.Reflection;
using System.Runtime.Loader;

namespace Connectors.Sync.Sources;

/// <summary>
/// Finds the assemblies of sources: in the app, else as <c>FOLDER/NAME/NAME.dll</c> or <c>FOLDER/NAME.dll</c> with a load context of its own, so that a
/// plug-in's dependencies don't clash with ours or another plug-in's.
/// </summary>
internal sealed class PluginAssemblies(string folder)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Assembly> _loaded = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The plug-in folder.</summary>
    public string Folder => folder;

    /// <summary>Whether a name can be that of an assembly of a source: a simple name, as files are named, and perhaps version, culture and key behind it. A name that leads elsewhere would
    /// load code from outside of the plug-in folder.</summary>
    public static bool IsUsable(string assemblyName)
    {
        if (string.IsNullOrWhiteSpace(assemblyName) || assemblyName.Any(char.IsControl))
        {
            return false;
        }

        try
        {
            var name = new AssemblyName(assemblyName).Name;
            return name is { Length: > 0 and <= 200 } && !name.Contains("..", StringComparison.Ordinal) && name.Trim(' ', '.') == name
                && name.All(character => char.IsLetterOrDigit(character) || character is '.' or '_' or '-' or '+' or ' ');
        }
        catch (Exception failure) when (failure is FileLoadException or ArgumentException or FormatException)
        {
            return false;
        }
    }

    /// <summary>The assembly, or <see langword="null"/> when there is none.</summary>
    /// <param name="assemblyName">A name that <see cref="IsUsable"/>.</param>
    public Assembly? Find(string assemblyName)
    {
        var name = new AssemblyName(assemblyName);
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            return FindPlugin(name.Name!);
        }
    }

    private Assembly? FindPlugin(string name)
    {
        lock (_lock)
        {
            if (_loaded.TryGetValue(name, out var known))
            {
                return known;
            }

            string[] places = [Path.Combine(folder, name, $"{name}.dll"), Path.Combine(folder, $"{name}.dll")];
            var path = Array.Find(places, File.Exists);
            if (path is null)
            {
                return null;
            }

            return _loaded[name] = new PluginContext(path).LoadFromAssemblyPath(path);
        }
    }

    private sealed class PluginContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
    {
        // The types of these meet in the contract of a source: both sides must mean the same ones.
        private static readonly HashSet<string> Shared = new(StringComparer.OrdinalIgnoreCase)
        {
            typeof(IDataSource).Assembly.GetName().Name!,
            "Microsoft.Extensions.Logging.Abstractions",
            "Microsoft.Extensions.DependencyInjection.Abstractions",
        };

        private readonly AssemblyDependencyResolver _resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            !Shared.Contains(assemblyName.Name!) && _resolver.ResolveAssemblyToPath(assemblyName) is { } resolved ? LoadFromAssemblyPath(resolved) : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } resolved ? LoadUnmanagedDllFromPath(resolved) : 0;
    }
}
