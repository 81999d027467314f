using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Configuration.Settings;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Sources;

/// <summary>
/// Makes sources by service type. Each is a class named <c>Namespace.Type, Assembly</c> (<c>sources</c> in <c>config.yml</c>), found in the
/// app or in a folder of the plug-in folder, and loaded at its first use. Safe for concurrent use.
/// </summary>
internal sealed class SourceCatalog : ISourceFactory
{
    private readonly IReadOnlyDictionary<string, string> _classes;
    private readonly PluginAssemblies _assemblies;
    private readonly ILoggerFactory _loggerFactory;
    private readonly TimeProvider _time;
    private readonly HostBudgets _hosts = new();
    private readonly ConcurrentDictionary<string, Lazy<Loaded>> _loaded = new(StringComparer.Ordinal);

    /// <summary>A catalog of classes.</summary>
    /// <param name="classes">Class by service type, <c>ServiceConfiguration.Sources</c>.</param>
    /// <param name="pluginsFolder">Full path; need not exist.</param>
    /// <param name="loggerFactory">Given to the sources.</param>
    /// <param name="timeProvider">Given to the sources.</param>
    /// <param name="loadsPlugins">Whether plug-ins are loaded; <see langword="null"/> for what this program was published for.</param>
    public SourceCatalog(
        IReadOnlyDictionary<string, string> classes,
        string pluginsFolder,
        ILoggerFactory loggerFactory,
        TimeProvider timeProvider,
        bool? loadsPlugins = null
    )
    {
        ArgumentNullException.ThrowIfNull(classes);
        _classes = classes;
        _assemblies = new PluginAssemblies(pluginsFolder, loadsPlugins);
        _loggerFactory = loggerFactory;
        _time = timeProvider;
    }

    /// <summary>The service types that there are, sorted.</summary>
    public IReadOnlyList<string> ServiceTypes => [.. _classes.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether there is a source of this service type; it may still fail to load.</summary>
    public bool Knows(string serviceType) => _classes.ContainsKey(serviceType);

    /// <summary>Whether there is a class for this service type, as a configuration names it; it may still be broken.</summary>
    public bool HasClass(string serviceType)
    {
        try
        {
            return _classes.TryGetValue(serviceType, out var name) && Load(serviceType, name) is not null;
        }
        catch (ConnectorException)
        {
            return false;
        }
    }

    /// <summary>What the source of a service type is and what it needs to be told.</summary>
    /// <exception cref="ConnectorException">There is none, or its class can't be loaded; the message says why and what to do.</exception>
    public SourceDescription Describe(string serviceType) => Find(serviceType).Description;

    /// <summary>What is wrong with the classes that a configuration names beside those that come with the program, or in their
    /// place.</summary>
    /// <param name="builtIn">The classes that come with the program, by service type.</param>
    public IReadOnlyList<string> ProblemsBeside(IReadOnlyDictionary<string, string> builtIn)
    {
        ArgumentNullException.ThrowIfNull(builtIn);
        return DescribeEach(ServiceTypes.Where(type => builtIn.GetValueOrDefault(type) != _classes[type])).Faults;
    }

    /// <summary>What every source is, by service type.</summary>
    /// <exception cref="ConnectorException">Some can't be loaded; the message has one line for each.</exception>
    public IReadOnlyList<SourceDescription> DescribeAll()
    {
        var (descriptions, faults) = DescribeEach(ServiceTypes);
        return faults.Count == 0 ? descriptions : throw new ConnectorException(string.Join('\n', faults));
    }

    /// <summary>Makes the source of a service type for one sync or check; the caller disposes it.</summary>
    /// <param name="serviceType">The connector's service type.</param>
    /// <param name="configuration">The <c>configuration</c> of the connector or of the sync job.</param>
    /// <exception cref="ConnectorException">There is none, or its class can't be loaded; the message says why and what to do.</exception>
    public IDataSource Create(string serviceType, JsonObject? configuration) => Create(serviceType, configuration, advancedRules: null);

    /// <inheritdoc/>
    public IDataSource Create(string serviceType, JsonObject? configuration, JsonNode? advancedRules) =>
        Create(serviceType, configuration, advancedRules, store: null);

    /// <inheritdoc/>
    public IDataSource Create(string serviceType, JsonObject? configuration, JsonNode? advancedRules, ISettingStore? store)
    {
        var (constructor, description) = Find(serviceType);
        var settings = SourceSettings.FromConfiguration(configuration, description.Fields);
        var context = new SourceContext
        {
            Settings = settings,
            AdvancedRules = advancedRules,
            Store = store,
            LoggerFactory = _loggerFactory,
            TimeProvider = _time,
            Hosts = _hosts,
        };
        return Guarded(
            serviceType,
            constructor,
            () => FaultySource.Make(constructor.DeclaringType!, settings, description.Fields, () => Make(constructor, context)),
            "constructor",
            settings: null
        );
    }

    private (List<SourceDescription> Descriptions, List<string> Faults) DescribeEach(IEnumerable<string> serviceTypes)
    {
        var (descriptions, faults) = (new List<SourceDescription>(), new List<string>());
        foreach (var serviceType in serviceTypes)
        {
            try
            {
                descriptions.Add(Describe(serviceType));
            }
            catch (ConnectorException fault)
            {
                faults.Add(fault.Message);
            }
        }

        return (descriptions, faults);
    }

    private Loaded Find(string serviceType)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (!_classes.TryGetValue(serviceType, out var name))
        {
            if (KnownSources.Find(serviceType) is { } known)
            {
                throw known.Missing(_assemblies);
            }

            var near = KeySuggestion.Nearest(serviceType, KnownSources.With(_classes.Keys));
            if (near is null && !_assemblies.LoadsPlugins)
            {
                throw PluginAssemblies.NotLoaded($"There is no source for the service type \"{serviceType}\"");
            }

            throw new ConnectorException(
                near is not null
                    ? $"There is no source for the service type \"{serviceType}\". Did you mean {near}?"
                    : $"There is no source for the service type \"{serviceType}\": this program has none, and sources in config.yml names "
                        + $"none. A plug-in goes into {_assemblies.Folder}{_assemblies.Contents}, and its class under sources; "
                        + "docs/writing-a-source.md shows how."
            );
        }

        return _loaded.GetOrAdd(serviceType, type => new Lazy<Loaded>(() => Inspect(type, Load(type, name)))).Value;
    }

    private Loaded Inspect(string serviceType, ConstructorInfo constructor)
    {
        var settings = new UnsetSettings();
        var context = SourceContext.Empty with { Settings = new SourceSettings(settings) };
        var source = Guarded(serviceType, constructor, () => Make(constructor, context), "constructor", settings);
        var description = Guarded(serviceType, constructor, () => source.Description, "description", settings)
            ?? throw new ConnectorException($"sources.{serviceType}: {constructor.DeclaringType} has no description.");
        if (DeclaredFields.Problem(description.Fields) is { } problem)
        {
            throw new ConnectorException(
                $"sources.{serviceType}: the description of {FaultySource.NameOf(constructor.DeclaringType!)} {problem}. This is a bug in "
                    + "the source."
            );
        }

        if (description.HasChangeFeed && source is not IChangeFeed)
        {
            throw new ConnectorException(
                $"sources.{serviceType}: {constructor.DeclaringType} says that it has a change feed, and does not implement IChangeFeed. "
                    + "This is a bug in the source."
            );
        }

        if (description.HasAccessControl && source is not IAccessControlSource)
        {
            throw new ConnectorException(
                $"sources.{serviceType}: {constructor.DeclaringType} says that it has access control, and does not implement "
                    + "IAccessControlSource. This is a bug in the source."
            );
        }

        return string.Equals(description.ServiceType, serviceType, StringComparison.Ordinal)
            ? new Loaded(constructor, description with { CheckAdvancedRules = CheckOfRules(description.CheckAdvancedRules) })
            : throw new ConnectorException(
                $"sources.{serviceType}: {constructor.DeclaringType} says that its service type is \"{description.ServiceType}\". Name "
                    + "it so under sources."
            );

        Func<JsonNode, IReadOnlyList<string>>? CheckOfRules(Func<JsonNode, IReadOnlyList<string>>? check) =>
            check is null
                ? null
                : rules => Guarded(serviceType, constructor, () => check(rules), "check of advanced rules", settings: null);
    }

    private static IDataSource Make(ConstructorInfo constructor, SourceContext context) =>
        (IDataSource)constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, [context], culture: null);

    /// <summary>Calls what somebody else wrote.</summary>
    /// <param name="serviceType">The source.</param>
    /// <param name="constructor">Its constructor.</param>
    /// <param name="call">The call.</param>
    /// <param name="member">What is called.</param>
    /// <param name="settings">The settings that it has while it is asked what it is; <see langword="null"/> for those of a
    /// connector.</param>
    private T Guarded<T>(string serviceType, ConstructorInfo constructor, Func<T> call, string member, UnsetSettings? settings)
    {
        try
        {
            return call();
        }
        catch (Exception exception) when (ConstructorFailure.IsOfLoading(exception))
        {
            throw Unusable(serviceType, _classes[serviceType], exception);
        }
        catch (Exception exception) when (settings is not null || exception is not ConnectorException)
        {
            throw ConstructorFailure.Of(serviceType, constructor.DeclaringType!, exception, member, settings);
        }
    }

    private ConstructorInfo Load(string serviceType, string name)
    {
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0)
        {
            throw new ConnectorException(
                $"sources.{serviceType}: {name} is not the name of a class. Write it as Namespace.Type, Assembly."
            );
        }

        var (typeName, assemblyName) = (name[..comma].Trim(), name[(comma + 1)..].Trim());
        AssemblyName plugin;
        Assembly? assembly;
        Type? type;
        try
        {
            plugin = PluginAssemblies.NameOf(assemblyName);
            assembly = _assemblies.Find(assemblyName);
            type = assembly?.GetType(typeName);
        }
        catch (ConnectorException wrong)
        {
            throw new ConnectorException($"sources.{serviceType}: {wrong.Message}");
        }
        catch (Exception exception) when (exception is TypeLoadException or IOException or BadImageFormatException)
        {
            throw Unusable(serviceType, name, exception);
        }

        return assembly is not null
            ? SourceClass.ConstructorOf(serviceType, assembly, typeName, type)
            : throw new ConnectorException(
                $"sources.{serviceType}: the assembly {assemblyName} is neither part of the app nor in {_assemblies.Folder}. Put it, with "
                    + $"its dependencies, into {Path.Combine(_assemblies.Folder, plugin.Name!)}."
            );
    }

    private static ConnectorException Unusable(string serviceType, string name, Exception exception) =>
        new(
            FailureKind.Fatal,
            $"sources.{serviceType}: {name} can't be loaded ({Sentences.Inner(exception.Message)}). Build it for this version of "
                + "Connectors.Abstractions and put all its dependencies beside it.",
            exception
        );

    private sealed record Loaded(ConstructorInfo Constructor, SourceDescription Description);
}
