using Connectors.Abstractions;
using Connectors.Sync.Service;
using Connectors.Sync.Sources;

namespace Connectors.Cli.Output;

/// <summary>What is said of a failure that nobody foresaw: a sentence; where it happened only for who asked for details.</summary>
internal static class UnexpectedFailure
{
    private const string Key = "Connectors.Connector";

    /// <summary>Notes the connector at which a failure happened, to be named with it.</summary>
    /// <returns>Always <see langword="false"/>: for the filter of a <c>catch</c> that lets the failure pass.</returns>
    public static bool Note(string connector, Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (!failure.Data.IsReadOnly)
        {
            failure.Data[Key] = connector;
        }

        return false;
    }

    /// <summary>The sentence. What the failure itself says is left out of it, as it may quote what somebody entered; but for files, and for
    /// sources of somebody's own, who can mend them.</summary>
    public static string Sentence(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return FaultySource.Sentence(failure)
            // Of files, folders and pipes: these name what is wrong.
            ?? (failure is IOException or UnauthorizedAccessException ? Redactor.Redact(failure.Message) : null)
            ?? $"Unexpected error ({failure.GetType().Name}, {UnexpectedError.IdOf(failure)}). Please report it.";
    }

    /// <summary>Writes it.</summary>
    public static void Write(TextWriter error, Exception failure, bool isDebug)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var connector = failure.Data[Key] is string name ? $"Connector '{name}': " : "";
        error.WriteLine(connector + Sentence(failure));
        if (isDebug)
        {
            WriteStack(error, failure);
        }
        else
        {
            error.WriteLine("The same command with --debug tells where it happened.");
        }
    }

    /// <summary>Writes where it happened, set in: what a message brings along can't pass for a line of the program.</summary>
    public static void WriteStack(TextWriter error, Exception failure)
    {
        foreach (var line in Redactor.Redact(failure).ToString().ReplaceLineEndings("\n").Split('\n'))
        {
            error.WriteLine($"    {line}");
        }
    }
}
