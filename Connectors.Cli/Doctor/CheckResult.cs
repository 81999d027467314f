namespace Connectors.Cli.Doctor;

/// <summary>The result of one check.</summary>
/// <param name="Check">What was checked.</param>
/// <param name="State">The state.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Remedy">How to fix it, if something has to be fixed.</param>
internal sealed record CheckResult(string Check, CheckState State, string Detail, string? Remedy = null)
{
    /// <summary>The unexpected failure that broke the check, for who asks where it happened.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Passed.</summary>
    public static CheckResult Ok(string check, string detail) => new(check, CheckState.Ok, detail);

    /// <summary>A sync would fail or do something unwanted. The remedy may be part of what was found.</summary>
    public static CheckResult Failed(string check, string detail, string? remedy) => new(check, CheckState.Failed, detail, remedy);

    /// <summary>It works, but deserves attention.</summary>
    public static CheckResult Warning(string check, string detail, string? remedy = null) => new(check, CheckState.Warning, detail, remedy);

    /// <summary>It could not be checked.</summary>
    public static CheckResult Skipped(string check, string why) => new(check, CheckState.Skipped, why);
}

/// <summary>The state of a check.</summary>
internal enum CheckState
{
    /// <summary>Passed.</summary>
    Ok,

    /// <summary>It works, but deserves attention.</summary>
    Warning,

    /// <summary>It has to be fixed.</summary>
    Failed,

    /// <summary>Not checked.</summary>
    Skipped,
}
