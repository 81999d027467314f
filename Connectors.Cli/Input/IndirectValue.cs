namespace Connectors.Cli.Input;

/// <summary>
/// A value on the command line that may stand elsewhere, out of sight of the shell's history and of whoever lists processes: <c>@FILE</c>,
/// <c>@-</c> for standard input, <c>@env:NAME</c> for an environment variable. <c>@@</c> begins a value with a plain <c>@</c>.
/// </summary>
internal static class IndirectValue
{
    /// <summary>For the description of an option.</summary>
    public const string Forms = "@FILE, @- (standard input) or @env:NAME";

    /// <summary>What begins the name of an environment variable.</summary>
    public const string EnvironmentPrefix = "@env:";

    /// <summary>Whether a value stands on the command line itself.</summary>
    public static bool IsPlain(string value) => !value.StartsWith('@') || value.StartsWith("@@", StringComparison.Ordinal);

    /// <summary>The value.</summary>
    /// <param name="option">What it is for, for messages.</param>
    /// <param name="value">As written.</param>
    /// <param name="environment">Where it may stand.</param>
    /// <exception cref="CliException">It isn't there.</exception>
    public static string Read(string option, string value, CliEnvironment environment)
    {
        if (IsPlain(value))
        {
            return value.StartsWith('@') ? value[1..] : value;
        }

        if (value == "@-")
        {
            var piped = environment.In.ReadToEnd().TrimEnd('\r', '\n');
            return piped.Length > 0 ? piped : throw new CliException(ExitCode.Usage, $"{option}: there is nothing on standard input.");
        }

        if (value.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
        {
            var name = value[EnvironmentPrefix.Length..];
            return environment.Variables.GetValueOrDefault(name) is { Length: > 0 } found
                ? found
                : throw new CliException(ExitCode.Usage, $"{option}: the environment variable {name} is not set.");
        }

        try
        {
            return File.ReadAllText(value[1..]).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliException(ExitCode.Usage, $"{option}: the file {value[1..]} can't be read.");
        }
    }
}
