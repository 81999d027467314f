using System.CommandLine;
using Connectors.Abstractions;
using Connectors.Cli.Commands;
using Connectors.Cli.Output;
using Connectors.Sync.Configuration;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Hosting;

/// <summary>The context of a command: the parsed global options, the configuration, the log. Its parts are created on first use.</summary>
internal sealed class CommandSession
{
    private readonly bool _isService;
    private readonly GlobalOptions _global;
    private readonly ParseResult _parsed;
    private readonly Lazy<ServiceConfiguration> _configuration;
    private readonly Lazy<LogOutput> _log;
    private readonly Lazy<SourceCatalog> _sources;

    /// <param name="environment">The environment.</param>
    /// <param name="global">The options that every command has.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="isService">A service logs at <c>service.log_level</c>; other commands say themselves what they do, and log warnings
    /// only unless asked.</param>
    public CommandSession(CliEnvironment environment, GlobalOptions global, ParseResult parsed, bool isService = false)
    {
        Environment = environment;
        _isService = isService;
        _global = global;
        _parsed = parsed;
        _configuration = new Lazy<ServiceConfiguration>(ReadConfiguration);
        _log = new Lazy<LogOutput>(() => CreateLog(isService ? Configuration.Service.LogLevel : LogLevel.Warning));
        _sources = new Lazy<SourceCatalog>(() =>
            new SourceCatalog(Configuration.Sources, Configuration.Service.PluginsFolder, LoggerFactory, Environment.TimeProvider)
        );
    }

    /// <summary>The environment.</summary>
    public CliEnvironment Environment { get; }

    /// <summary>Whether results are JSON lines.</summary>
    public bool IsJson => _parsed.GetValue(_global.Json);

    /// <summary>Whether the log is likely to have readers of its own, a collector or the system's journal, who see no results: it is JSON,
    /// or that of a service without a terminal.</summary>
    public bool IsLogWatched => IsLogJson || (_isService && Environment.Live is null);

    private bool IsLogJson => IsJson || _parsed.GetValue(_global.Filebeat);

    /// <summary>The configuration.</summary>
    /// <exception cref="CliException">It has faults; all are in the message.</exception>
    public ServiceConfiguration Configuration => _configuration.Value;

    /// <summary>What to do where there is no configuration file.</summary>
    public const string NoFileRemedy = "`elastic-ingest init` writes one; -c names one elsewhere.";

    /// <summary>What to say where there is no configuration file; <see langword="null"/> when there is one.</summary>
    public string? NoFileNotice =>
        Configuration.IsWithoutFile
            ? "There is no config.yml in this folder: the defaults are used, and what the environment sets."
            : null;

    /// <summary>The log.</summary>
    public LogOutput Log => _log.Value;

    /// <summary>The log, for the library.</summary>
    public ILoggerFactory LoggerFactory => Log.Factory;

    /// <summary>The sources of the configuration.</summary>
    public SourceCatalog Sources => _sources.Value;

    /// <summary>A log for a command that has no configuration file.</summary>
    public LogOutput CreateLog(LogLevel level)
    {
        var chosen = _parsed.GetValue(_global.Debug) ? "DEBUG" : _parsed.GetValue(_global.LogLevel)?.ToUpperInvariant();
        return new LogOutput(
            Environment,
            chosen switch
            {
                "DEBUG" => LogLevel.Debug,
                "INFO" => LogLevel.Information,
                "WARNING" => LogLevel.Warning,
                "ERROR" => LogLevel.Error,
                "CRITICAL" => LogLevel.Critical,
                _ => level,
            },
            IsLogJson,
            _parsed.GetValue(_global.LogDates)
        );
    }

    /// <summary>Whether the places where failures happened are to be told.</summary>
    public bool IsDebug => _parsed.GetValue(_global.Debug);

    /// <summary>Sources of one's own whose class can't be used, each with its line in the configuration.</summary>
    public IEnumerable<ConfigProblem> SourceProblems()
    {
        foreach (var (type, location) in Configuration.SourceLocations.Where(pair => Sources.Knows(pair.Key)))
        {
            var key = $"sources.{type}";
            ConfigProblem? problem = null;
            try
            {
                _ = Sources.Describe(type);
            }
            catch (ConnectorException wrong)
            {
                var prefix = $"{key}: ";
                var message = wrong.Message.StartsWith(prefix, StringComparison.Ordinal) ? wrong.Message[prefix.Length..] : wrong.Message;
                problem = new ConfigProblem(location, key, message);
            }

            if (problem is not null)
            {
                yield return problem;
            }
        }
    }

    private ServiceConfiguration ReadConfiguration()
    {
        var path = _parsed.GetValue(_global.ConfigFile);
        var outcome = ServiceConfiguration.Read(path, Environment.Variables, HostSources.Classes);
        if (outcome.Configuration is { } configuration)
        {
            foreach (var notice in configuration.Notices)
            {
                Environment.Error.WriteLine($"notice: {notice}");
            }

            return configuration;
        }

        throw new CliException(ExitCode.Configuration, [.. outcome.Problems.Select(problem => problem.ToString())]);
    }
}
