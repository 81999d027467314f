using System.CommandLine;

namespace Connectors.Cli.Commands;

/// <summary>Options that every command has.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> ConfigFile { get; } =
        new("--config-file", "-c", "--config")
        {
            Description = "Configuration file. Default: config.yml in the current folder, if there is one.",
            HelpName = "FILE",
            Recursive = true,
        };

    public Option<string?> LogLevel { get; } = CreateLogLevel();

    public Option<bool> Debug { get; } = new("--debug") { Description = "The same as --log-level DEBUG.", Recursive = true };

    public Option<bool> Json { get; } =
        new("--json") { Description = "Results and logs as JSON, one object a line: for scripts.", Recursive = true };

    // Elastic's service has these two; the first means JSON logs, the second has no meaning here.
    public Option<bool> Filebeat { get; } = new("--filebeat") { Description = "Logs as JSON, one object a line.", Recursive = true };

    public Option<bool> LogDates { get; } =
        new("--log-dates") { Description = "Log lines with date and time zone: 2026-01-01T10:00:00Z.", Recursive = true };

    public Option<bool> Uvloop { get; } = new("--uvloop") { Hidden = true, Recursive = true };

    public IEnumerable<Option> All => [ConfigFile, LogLevel, Debug, Json, Filebeat, LogDates, Uvloop];

    private static Option<string?> CreateLogLevel()
    {
        var option = new Option<string?>("--log-level")
        {
            Description =
                "What is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL. Default: service.log_level (INFO) for poll, WARNING for the "
                + "others.",
            HelpName = "LEVEL",
            Recursive = true,
        };
        option.AcceptWords("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL");
        return option;
    }
}
