namespace Connectors.Cli;

/// <summary>What the process answers to its caller. docs/cli.md and --help list them.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>A sync failed or was cancelled, the service ended because of errors, or standard output could not be written.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong: unknown command, option, value, connector id or service type.</summary>
    public const int Usage = 2;

    /// <summary>The configuration is wrong.</summary>
    public const int Configuration = 3;

    /// <summary>Elasticsearch can't be used: not reachable, credentials refused, a version that does not fit.</summary>
    public const int Elasticsearch = 4;

    /// <summary>Stopped by Ctrl-C or SIGTERM; running syncs were suspended and go on at the next start.</summary>
    public const int Interrupted = 130;
}
