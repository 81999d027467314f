using System.Globalization;
using System.Text.RegularExpressions;
using Connectors.Abstractions;
using Connectors.Sync.Configuration.Settings;
using Connectors.Sync.Sources;
using static Connectors.Sync.Configuration.Settings.ConnectorSettings;

namespace Connectors.Sync.Configuration.Loading;

/// <summary>Builds and validates what the service serves: <c>sources</c>, <c>connectors</c>, <c>native_service_types</c>.</summary>
internal static partial class ConnectorSection
{
    /// <param name="reader">The source of the settings.</param>
    /// <param name="isWhole">Whether all settings are known; if not, missing ones aren't reported.</param>
    /// <param name="builtIn">The sources that the host brings along.</param>
    public static (
        IReadOnlyDictionary<string, string> Sources,
        IReadOnlyList<ConnectorEntry> Connectors,
        IReadOnlyList<string> NativeServiceTypes
    ) Read(ConfigReader reader, bool isWhole, SourceClasses builtIn)
    {
        var sources = ReadSources(reader, builtIn);
        var connectors = isWhole ? ReadConnectors(reader, sources.Keys) : [];
        List<string> types = [];
        var isWorker = reader.Get(WorkerMode);
        var ofWorker = reader.GetList(ServiceTypes);
        if (ofWorker.Count > 0 && !isWorker)
        {
            reader.Notice(
                ServiceTypes.Key,
                "without effect: set service.worker_mode to true, or write the types under native_service_types."
            );
        }

        foreach (var entry in reader.GetList(NativeServiceTypes).Concat(isWorker ? ofWorker : []).DistinctBy(entry => entry.Text))
        {
            if (sources.ContainsKey(entry.Text!))
            {
                types.Add(entry.Text!);
            }
            else
            {
                reader.Notices.Add(
                    new ConfigProblem(
                        entry.Location,
                        entry.Key.StartsWith(ServiceTypes.Key, StringComparison.Ordinal) ? ServiceTypes.Key : NativeServiceTypes.Key,
                        $"there is no source for the service type \"{entry.Text}\": its connectors are not served. "
                            + $"{Known(entry.Text!, sources.Keys)}"
                    )
                );
            }
        }

        return (sources, connectors, types);
    }

    private static SortedDictionary<string, string> ReadSources(ConfigReader reader, SourceClasses builtIn)
    {
        var sources = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (type, name) in builtIn.ByServiceType)
        {
            sources[type] = name;
        }

        foreach (var entry in reader.Below("sources").Where(entry => entry.Text is not null))
        {
            var type = entry.Key["sources.".Length..];
            var parts = entry.Text!.Split(',', StringSplitOptions.TrimEntries);
            if (
                parts.Length >= 2
                && parts[0].Contains('.', StringComparison.Ordinal)
                && parts.Take(2).All(part => part.Length > 0 && !part.Contains(':', StringComparison.Ordinal))
            )
            {
                var present = builtIn.PresentNameOf(entry.Text);
                sources[type] = present ?? entry.Text;
                if (present is not null)
                {
                    var way = builtIn.ByServiceType.ContainsKey(type)
                        ? "Write that, or leave the entry out: a built-in source needs none."
                        : "Write that.";
                    reader.Notice(entry.Key, $"the class is called {present} now. {way}");
                }
            }
            else if (PythonClass().IsMatch(entry.Text))
            {
                var instead =
                    builtIn.ByServiceType.ContainsKey(type) ? $"the built-in source {type} is used."
                    : KnownSources.Find(type) is { } known ? known.Need
                    : "there is no built-in source of that name. docs/writing-a-source.md shows how to write one.";
                reader.Notice(entry.Key, $"a Python class, without effect here: {instead}");
            }
            else
            {
                reader.Problem(
                    entry,
                    $"{ConfigReader.Shown(ConnectorSettings.Sources, entry)} is not the name of a class. Write it as Namespace.Type, "
                        + "Assembly."
                );
            }
        }

        return sources;
    }

    private static List<ConnectorEntry> ReadConnectors(ConfigReader reader, IReadOnlyCollection<string> serviceTypes)
    {
        var positions = reader
            .Below("connectors")
            .Select(entry => entry.Key.Split('.')[1])
            .Where(segment => int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Distinct()
            .OrderBy(segment => int.Parse(segment, CultureInfo.InvariantCulture));
        List<ConnectorEntry> connectors = [];
        foreach (var position in positions)
        {
            var key = $"connectors.{position}";
            Read(
                reader,
                key,
                $"{key}.connector_id",
                $"{key}.service_type",
                reader.Get(ConnectorApiKey, $"{key}.api_key"),
                serviceTypes,
                connectors
            );
        }

        if (reader.Has(OldConnectorId) || reader.Has(OldServiceType))
        {
            Read(reader, OldConnectorId.Key, OldConnectorId.Key, OldServiceType.Key, apiKey: null, serviceTypes, connectors);
            reader.Notice(
                reader.Has(OldConnectorId) ? OldConnectorId.Key : OldServiceType.Key,
                "the old form. Write an entry under connectors instead."
            );
        }

        return connectors;
    }

    private static void Read(
        ConfigReader reader,
        string place,
        string idKey,
        string typeKey,
        Secret? apiKey,
        IReadOnlyCollection<string> serviceTypes,
        List<ConnectorEntry> connectors
    )
    {
        var id = reader.Get(ConnectorId, idKey);
        var type = reader.Get(ConnectorServiceType, typeKey);
        if (id is null)
        {
            reader.Problems.Add(
                new ConfigProblem(
                    reader.LocationOf(place),
                    idKey,
                    "missing. Write the id of the connector, as Kibana or `elastic-ingest list` shows it."
                )
            );
        }

        if (type is null)
        {
            reader.Problems.Add(
                new ConfigProblem(
                    reader.LocationOf(place),
                    typeKey,
                    $"missing. Write the connector's service type, one of {string.Join(", ", serviceTypes)}."
                )
            );
        }
        else if (!serviceTypes.Contains(type))
        {
            reader.Problem(
                typeKey,
                "there is no source for the service type "
                    + $"{(Redactor.Quote(type) is ['"', ..] and var shown ? shown : "that is written here")}. {Known(type, serviceTypes)}"
            );
        }

        if (id is not null && type is not null)
        {
            if (connectors.Exists(other => other.ConnectorId == id))
            {
                reader.Problem(idKey, $"the connector \"{id}\" is listed a second time. Keep one entry.");
            }

            connectors.Add(new ConnectorEntry(id, type, apiKey, reader.LocationOf(idKey)));
        }
    }

    private static string Known(string written, IEnumerable<string> serviceTypes) =>
        KnownSources.Find(written) is { } known ? known.Need
        : KeySuggestion.Nearest(written, KnownSources.With(serviceTypes)) is { } near ? $"Did you mean {near}?"
        : $"There are {string.Join(", ", serviceTypes)}; add others under sources.";

    // module.path:Class
    [GeneratedRegex(@"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$", RegexOptions.None, 1000)]
    private static partial Regex PythonClass();
}
