namespace Connectors.Cli.Doctor;

/// <summary>What one check came to.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="State">How it is.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Remedy">What to do, when something is to be done.</param>
internal sealed record Finding(string Check, FindingState State, string Detail, string? Remedy = null)
{
    /// <summary>It is as it has to be.</summary>
    public static Finding Good(string check, string detail) => new(check, FindingState.Ok, detail);

    /// <summary>A sync would fail, or do what nobody wants.</summary>
    public static Finding Bad(string check, string detail, string remedy) => new(check, FindingState.Failed, detail, remedy);

    /// <summary>It works, but somebody should know.</summary>
    public static Finding Doubtful(string check, string detail, string? remedy = null) => new(check, FindingState.Warning, detail, remedy);

    /// <summary>It could not be looked at.</summary>
    public static Finding Skipped(string check, string why) => new(check, FindingState.Skipped, why);
}

/// <summary>How something is.</summary>
internal enum FindingState
{
    /// <summary>As it has to be.</summary>
    Ok,

    /// <summary>It works, but somebody should know.</summary>
    Warning,

    /// <summary>It has to be put right.</summary>
    Failed,

    /// <summary>Not looked at.</summary>
    Skipped,
}
