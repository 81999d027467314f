using System.Runtime.CompilerServices;
using Connectors.Abstractions;

namespace Connectors.Sync.Sources;

/// <summary>
/// Remembers with an unexpected failure in which source of somebody's own it happened: that is told to whoever wrote the source, and not
/// reported to the project. The failure stays the same one, so that all who handle it need not know.
/// </summary>
internal static class FaultySource
{
    private const string Key = "Connectors.FaultySource";

    // Less than that may be a part of any word.
    private const int ShortestSecret = 4;
    private static readonly ConditionalWeakTable<IDataSource, IReadOnlyList<string>> Secrets = [];

    /// <summary>Calls the constructor of a source, and remembers the secrets that it is given: whoever wrote it may put them into the text
    /// of an exception, where they look like nothing.</summary>
    public static IDataSource Make(Type type, SourceSettings settings, IReadOnlyList<ConfigField> fields, Func<IDataSource> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (IsBuiltIn(type))
        {
            return make();
        }

        string[] secrets =
        [
            .. fields
                .Where(field => field.Sensitive)
                .Select(field => settings.GetString(field.Name))
                .Where(value => value.Length >= ShortestSecret)
                .OrderByDescending(value => value.Length),
        ];
        try
        {
            var source = make();
            Secrets.AddOrUpdate(source, secrets);
            return source;
        }
        catch (Exception failure)
        {
            Redactor.Note(failure, secrets);
            throw;
        }
    }

    /// <summary>Notes the source of a failure, unless it is one of the built-in ones or the failure was foreseen.</summary>
    /// <returns>Always <see langword="false"/>: for the filter of a <c>catch</c> that lets the failure pass.</returns>
    public static bool Note(IDataSource source, Exception failure)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(failure);
        var origin = OriginOf(source);
        if (failure is not (ConnectorException or OutOfMemoryException) && !IsBuiltIn(origin.GetType()) && !failure.Data.IsReadOnly)
        {
            failure.Data[Key] = NameOf(origin.GetType());
            if (Secrets.TryGetValue(origin, out var secrets))
            {
                Redactor.Note(failure, secrets);
            }
        }

        return false;
    }

    /// <summary>Whether a failure that was foreseen tells a secret of the source: whoever wrote its sentence may have put an address or an
    /// answer into it. From now on logs show neither it nor its causes with one.</summary>
    public static bool TellsSecret(IDataSource source, ConnectorException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (!Secrets.TryGetValue(OriginOf(source), out var secrets))
        {
            return false;
        }

        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            Redactor.Note(cause, secrets);
        }

        return Redactor.MessageOf(failure) != failure.Message;
    }

    /// <summary>Such a failure without the secret.</summary>
    public static ConnectorException Masked(ConnectorException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new ConnectorException(failure.Kind, Redactor.MessageOf(failure), failure.InnerException, failure.RetryAfter)
        {
            IsGone = failure.IsGone,
        };
    }

    /// <summary>What is told of the failure of somebody's own source; <see langword="null"/> of any other failure.</summary>
    public static string? Sentence(Exception? failure) =>
        failure?.Data[Key] is string name ? $"{name} failed with {Cause(failure)}." : null;

    /// <summary>The class of a source and its assembly.</summary>
    public static string NameOf(IDataSource source) => NameOf(OriginOf(source).GetType());

    /// <summary>The class and its assembly.</summary>
    public static string NameOf(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return $"{type.FullName} (assembly {type.Assembly.GetName().Name})";
    }

    /// <summary>What a failure is and says, as the end of a sentence.</summary>
    public static string Cause(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return $"{failure.GetType().Name}: {Sentences.Inner(Redactor.MessageOf(failure))}";
    }

    private static IDataSource OriginOf(IDataSource source) => (source as IdentitySource)?.Origin ?? source;

    /// <summary>Whether a source is one of this project.</summary>
    public static bool IsBuiltIn(IDataSource source) => IsBuiltIn(OriginOf(source).GetType());

    private static bool IsBuiltIn(Type type) => type.Assembly.GetName().Name is "Connectors.Sources" or "Connectors.Sync";
}
