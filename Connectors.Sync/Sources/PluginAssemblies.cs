using System.Reflection;
using Connectors.Abstractions;

namespace Connectors.Sync.Sources;

/// <summary>
/// Finds the assemblies of sources: in the app, else as <c>FOLDER/NAME/NAME.dll</c> or <c>FOLDER/NAME.dll</c> with a load context of its
/// own, so that a plug-in's dependencies don't clash with ours or another plug-in's.
/// </summary>
/// <param name="folder">The plug-in folder; need not exist.</param>
/// <param name="loadsPlugins">Whether plug-ins are loaded at all; <see langword="null"/> for what this program was published for.</param>
internal sealed class PluginAssemblies(string folder, bool? loadsPlugins = null)
{
    private const int Shown = 5;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Assembly> _loaded = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The plug-in folder.</summary>
    public string Folder => folder;

    /// <summary>Whether plug-ins are loaded at all.</summary>
    public bool LoadsPlugins { get; } = loadsPlugins ?? (!AppContext.TryGetSwitch("Connectors.Plugins", out var isOn) || isOn);

    /// <summary>What is in the folder, as the end of a sentence: a plug-in that was put there and not named shows.</summary>
    public string Contents
    {
        get
        {
            try
            {
                string[] names =
                [
                    .. Directory
                        .EnumerateDirectories(folder)
                        .Where(path => File.Exists(Path.Combine(path, $"{Path.GetFileName(path)}.dll")))
                        .Concat(Directory.EnumerateFiles(folder, "*.dll"))
                        .Select(path => Path.GetFileName(path))
                        .Order(StringComparer.Ordinal),
                ];
                return names.Length == 0
                    ? ", which holds none"
                    : $", which holds {string.Join(", ", names.Take(Shown))}{(names.Length > Shown ? " and others" : "")}";
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return failure is DirectoryNotFoundException ? ", which does not exist" : ", which can't be read";
            }
        }
    }

    /// <summary>What is said where a plug-in is needed and none is loaded.</summary>
    /// <param name="what">What can't be had, as the beginning of a sentence.</param>
    public static ConnectorException NotLoaded(string what) =>
        new(
            $"{what}: this program was published without the parts of .NET that only a plug-in may need. Take the .NET tool or the "
                + "container, or publish the folder with -p:PublishTrimmed=false."
        );

    /// <summary>The assembly, or <see langword="null"/> when there is none.</summary>
    /// <exception cref="ConnectorException">It is not in the app, and this program was published without what plug-ins may
    /// need.</exception>
    public Assembly? Find(string assemblyName)
    {
        var name = NameOf(assemblyName);
        try
        {
            return Assembly.Load(name);
        }
        catch (FileNotFoundException)
        {
            return FindPlugin(name.Name!);
        }
    }

    /// <summary>The name, checked: it becomes part of a path, and must not lead out of the folder.</summary>
    /// <exception cref="ConnectorException">It is not the name of an assembly.</exception>
    public static AssemblyName NameOf(string assemblyName)
    {
        try
        {
            if (
                new AssemblyName(assemblyName) is { Name: { Length: > 0 and <= 255 } simple } name
                && IsPlain(simple)
                && IsPlain(assemblyName.Split(',')[0].Trim())
            )
            {
                return name;
            }
        }
        catch (Exception failure) when (failure is ArgumentException or IOException)
        {
            // Told below.
        }

        throw new ConnectorException(
            "the name of the assembly has something in it that is none. Write the name of the .dll without its path and ending, of "
                + "letters, digits and . _ - +."
        );
    }

    private static bool IsPlain(string name) =>
        name.Length > 0
        && name.All(character => char.IsLetterOrDigit(character) || character is '.' or '_' or '-' or '+')
        && name[0] != '.'
        && !name.Contains("..", StringComparison.Ordinal);

    private Assembly? FindPlugin(string name)
    {
        if (!LoadsPlugins)
        {
            throw NotLoaded($"the assembly {name} is not loaded");
        }

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
}
