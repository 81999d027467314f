using System.Reflection;
using Connectors.Abstractions;
using Connectors.Sync.Configuration.Settings;

namespace Connectors.Sync.Sources;

/// <summary>A class that a configuration names as a source.</summary>
internal static class SourceClass
{
    /// <summary>More names are no help.</summary>
    private const int MostNames = 10;

    /// <summary>The constructor that takes a <see cref="SourceContext"/>.</summary>
    /// <param name="serviceType">The service type, for messages.</param>
    /// <param name="assembly">Where the class was looked for.</param>
    /// <param name="name">Its name.</param>
    /// <param name="type">What was found; <see langword="null"/> for nothing.</param>
    /// <exception cref="ConnectorException">It is no source that can be made.</exception>
    public static ConstructorInfo ConstructorOf(string serviceType, Assembly assembly, string name, Type? type)
    {
        if (type is null or { IsPublic: false })
        {
            throw new ConnectorException(
                $"sources.{serviceType}: there is no public class {name} in {assembly.GetName().Name}.{Others(assembly, name)}"
            );
        }

        if (!typeof(IDataSource).IsAssignableFrom(type))
        {
            throw new ConnectorException(
                $"sources.{serviceType}: {name} is not a source. It must be a class that implements Connectors.Abstractions.IDataSource."
            );
        }

        if (type.IsAbstract || type.ContainsGenericParameters)
        {
            throw new ConnectorException(
                $"sources.{serviceType}: {name} is {(type.IsAbstract ? "abstract" : "generic")}, so no source can be made of it. Name a "
                    + "class that derives from it."
            );
        }

        return type.GetConstructor([typeof(SourceContext)])
            ?? throw new ConnectorException($"sources.{serviceType}: {name} has no public constructor that takes a SourceContext.");
    }

    private static string Others(Assembly assembly, string name)
    {
        var sources = assembly.GetExportedTypes().Where(IsSource).Select(type => type.FullName!).ToArray();
        var near = KeySuggestion.Nearest(name, sources);
        var more = sources.Length > MostNames ? $" and {sources.Length - MostNames} more" : string.Empty;
        return near is not null ? $" Did you mean {near}?"
            : sources.Length > 0 ? $" Its sources are {string.Join(", ", sources.Take(MostNames))}{more}."
            : " It has no sources.";
    }

    private static bool IsSource(Type type) =>
        typeof(IDataSource).IsAssignableFrom(type) && type is { IsAbstract: false, ContainsGenericParameters: false };
}
