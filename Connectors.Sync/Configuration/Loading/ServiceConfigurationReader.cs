namespace Connectors.Sync.Configuration.Loading;

/// <summary>Reads, overlays, validates and builds the configuration.</summary>
internal static class ServiceConfigurationReader
{
    private const string DefaultFile = "config.yml";

    // A file with every setting and a hundred connectors has a tenth of it.
    private const int MaxFileBytes = 1024 * 1024;

    /// <summary>Reads a file (<see langword="null"/>: <c>config.yml</c> if there is one) and overlays the environment.</summary>
    public static ConfigurationOutcome Read(string? path, IReadOnlyDictionary<string, string> environment, SourceClasses sources)
    {
        var file = path ?? DefaultFile;
        var isWithoutFile = path is null && !File.Exists(file);
        string? text;
        try
        {
            text = isWithoutFile ? "" : ReadBounded(file);
            if (text is null)
            {
                return new ConfigurationOutcome(
                    null,
                    [
                        new ConfigProblem(
                            file,
                            "",
                            "larger than 1 MiB, which no configuration is. Give the path of the configuration with -c."
                        ),
                    ]
                );
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var reason = exception is FileNotFoundException or DirectoryNotFoundException
                ? "not found. Give the path of the configuration with -c."
                : Directory.Exists(file) ? "is a folder. Give the path of the configuration in it with -c."
                : "can't be read. Check its permissions.";
            return new ConfigurationOutcome(null, [new ConfigProblem(file, "", reason)]);
        }

        var outcome = Read(Path.GetFileName(file), Path.GetDirectoryName(Path.GetFullPath(file))!, text, environment, sources);
        return outcome with { Configuration = outcome.Configuration is { } read ? read with { IsWithoutFile = isWithoutFile } : null };
    }

    /// <summary>The text of a file; <see langword="null"/> when it is too large, whatever its length is said to be.</summary>
    private static string? ReadBounded(string file)
    {
        using var stream = File.OpenRead(file);
        var bytes = new byte[MaxFileBytes + 1];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read > MaxFileBytes)
        {
            return null;
        }

        using var reader = new StreamReader(new MemoryStream(bytes, 0, read));
        return reader.ReadToEnd();
    }

    /// <summary>Reads a text.</summary>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <param name="text">YAML.</param>
    /// <param name="environment">All environment variables.</param>
    /// <param name="builtIn">The sources that the host brings along.</param>
    public static ConfigurationOutcome Read(
        string file,
        string folder,
        string text,
        IReadOnlyDictionary<string, string> environment,
        SourceClasses builtIn
    )
    {
        List<ConfigProblem> problems = [];
        List<ConfigProblem> notices = [];
        var entries = YamlEntries.Read(file, text, environment.GetValueOrDefault, problems, out var isWhole);
        EnvironmentEntries.Apply(environment, entries);
        var reader = new ConfigReader(entries, file, problems, notices);
        reader.CheckKeys();

        var elasticsearch = ElasticsearchSection.Read(reader, folder, isWhole);
        var service = ServiceSection.Read(reader, folder);
        var engine = EngineSection.Read(reader, service.StateFolder);
        var (sources, connectors, types) = ConnectorSection.Read(reader, isWhole, builtIn);
        elasticsearch = WithKey(elasticsearch, connectors, reader);
        if (problems.Count > 0)
        {
            return new ConfigurationOutcome(null, [.. problems.Distinct().OrderBy(Order)]);
        }

        var configuration = new ServiceConfiguration
        {
            Elasticsearch = elasticsearch,
            Service = service,
            Engine = engine,
            Sources = sources,
            SourceLocations = reader
                .Below("sources")
                .Where(entry => entry.Text is not null)
                .ToDictionary(entry => entry.Key["sources.".Length..], entry => entry.Location, StringComparer.Ordinal),
            Connectors = connectors,
            NativeServiceTypes = types.Count > 0 || connectors.Count > 0 ? types : [.. sources.Keys.Order(StringComparer.Ordinal)],
            Notices = [.. notices.Distinct().OrderBy(Order)],
        };
        return new ConfigurationOutcome(configuration, []);
    }

    /// <summary>
    /// A service without credentials of its own maintains its connectors with the first connector key that is set: keys that Kibana creates
    /// have the privileges.
    /// </summary>
    private static ElasticsearchOptions WithKey(
        ElasticsearchOptions elasticsearch,
        IReadOnlyList<ConnectorEntry> connectors,
        ConfigReader reader
    )
    {
        if (
            elasticsearch is not { ApiKey: null, Username: null }
            || connectors.FirstOrDefault(entry => entry.ApiKey is not null) is not { } first
        )
        {
            return elasticsearch;
        }

        reader.Notice(
            "connectors",
            "there are no credentials under elasticsearch: connectors and jobs are read and written with the api_key of connector "
                + $"\"{first.ConnectorId}\"."
        );
        return elasticsearch with { ApiKey = first.ApiKey };
    }

    // In the order of the file; environment variables come last.
    private static (int Line, string Location) Order(ConfigProblem problem)
    {
        var colon = problem.Location.LastIndexOf(':');
        return colon >= 0 && int.TryParse(problem.Location.AsSpan(colon + 1), out var line) ? (line, "") : (int.MaxValue, problem.Location);
    }
}
