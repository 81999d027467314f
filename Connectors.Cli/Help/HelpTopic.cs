namespace Connectors.Cli.Help;

/// <summary>What the help of a command says beyond its description, arguments and options.</summary>
internal sealed record HelpTopic
{
    /// <summary>More about it, paragraph by paragraph.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>Command lines, without the program's name, and what each is for.</summary>
    public IReadOnlyList<(string What, string Line)> Examples { get; init; } = [];

    /// <summary>What exit code 1 says; <see langword="null"/> when it occurs only because standard output can't be
    /// written.</summary>
    public string? Failed { get; init; } = "it failed; the message says why";

    /// <summary>Whether it reads the configuration.</summary>
    public bool ReadsConfiguration { get; init; } = true;

    /// <summary>Whether it asks Elasticsearch.</summary>
    public bool AsksElasticsearch { get; init; } = true;

    /// <summary>Whether it takes its time, so that somebody may stop it.</summary>
    public bool TakesTime { get; init; }

    /// <summary>Its exit codes and what each says.</summary>
    public IEnumerable<(int Code, string Meaning)> ExitCodes()
    {
        yield return (ExitCode.Success, "all went well");
        if (Failed is not null)
        {
            yield return (ExitCode.Failed, Failed);
        }

        yield return (ExitCode.Usage, "the command line is wrong: an unknown command, option, value, connector or job");
        if (ReadsConfiguration)
        {
            yield return (ExitCode.Configuration, "the configuration is wrong; every fault is told with its line");
        }

        if (AsksElasticsearch)
        {
            yield return (
                ExitCode.Elasticsearch,
                "Elasticsearch can't be used: no answer, credentials refused, or a version that does not fit"
            );
        }

        if (TakesTime)
        {
            yield return (ExitCode.Interrupted, "stopped by Ctrl-C or SIGTERM");
        }
    }
}
