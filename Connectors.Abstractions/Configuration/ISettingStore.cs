namespace Connectors.Abstractions;

/// <summary>
/// Where the value of a field is kept that its service replaces while it is used: a refresh token that is taken once. Safe for concurrent
/// use.
/// </summary>
internal interface ISettingStore
{
    /// <summary>The value as it is now, which may be newer than <see cref="SourceContext.Settings"/>; <see langword="null"/> when there is
    /// none.</summary>
    /// <exception cref="ConnectorException">It could not be read.</exception>
    Task<Secret?> ReadAsync(string field, CancellationToken cancellationToken);

    /// <summary>Replaces the value, if it is then one that may be replaced: what a user has entered meanwhile stays.</summary>
    /// <param name="field">The field.</param>
    /// <param name="isOutdated">Whether a value may be replaced. May be called more than once.</param>
    /// <param name="value">The new value.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">It could not be written.</exception>
    Task ReplaceAsync(string field, Predicate<Secret?> isOutdated, Secret value, CancellationToken cancellationToken);
}
