using Connectors.Abstractions;
using Connectors.Sync.Service;

namespace Connectors.Cli.Output;

/// <summary>What is said of a failure that nobody foresaw: a sentence; where it happened only for who asked for details.</summary>
internal static class UnexpectedFailure
{
    /// <summary>Writes it. What the failure itself says is left out without <c>--debug</c>: it may quote what somebody entered.</summary>
    public static void Write(TextWriter error, Exception failure, bool isDebug)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (failure is IOException or UnauthorizedAccessException)
        {
            // Of files, folders and pipes: these name what is wrong.
            error.WriteLine(Redactor.Redact(failure.Message));
        }
        else
        {
            error.WriteLine($"Unexpected error ({failure.GetType().Name}, {UnexpectedError.IdOf(failure)}). Please report it.");
        }

        if (isDebug)
        {
            error.WriteLine(Redactor.Redact($"{failure}"));
        }
        else
        {
            error.WriteLine("The same command with --debug tells where it happened.");
        }
    }
}
