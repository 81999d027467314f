using Connectors.Abstractions;

namespace Connectors.Sync.Sources;

/// <summary>Why a source could not be made: what a constructor threw, in words for whoever wrote it.</summary>
internal static class ConstructorFailure
{
    /// <summary>What is told of a failure.</summary>
    /// <param name="serviceType">The source.</param>
    /// <param name="type">Its class.</param>
    /// <param name="failure">What its constructor, or its description, threw.</param>
    /// <param name="member">Which of the two it was.</param>
    /// <param name="settings">The settings that it was given; <see langword="null"/> for those of a connector.</param>
    public static ConnectorException Of(string serviceType, Type type, Exception failure, string member, UnsetSettings? settings)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var name = FaultySource.NameOf(type);
        return settings?.Asked is { } field
            ? new ConnectorException(
                $"sources.{serviceType}: the {member} of {name} reads the setting {field}. It must not, as there are none when a "
                    + "source is asked what it is: read settings in its methods, such as PingAsync."
            )
            : new ConnectorException(
                FailureKind.Fatal,
                $"sources.{serviceType}: the {member} of {name} failed with {FaultySource.Cause(failure)}. This is a bug in the source.",
                failure
            );
    }

    /// <summary>Whether the runtime could not load something that the class needs: an assembly, a type, or a member of it.</summary>
    public static bool IsOfLoading(Exception failure) =>
        failure switch
        {
            TypeInitializationException { InnerException: { } inner } => IsOfLoading(inner),
            TypeLoadException or MissingMemberException or BadImageFormatException or FileLoadException => true,

            // A file that the class itself opens is named by its path, an assembly by its full name.
            FileNotFoundException { FileName: { } name } => name.Contains(", Version=", StringComparison.Ordinal),
            _ => false,
        };
}
