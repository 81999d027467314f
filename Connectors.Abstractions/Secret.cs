namespace Connectors.Abstractions;

/// <summary>A password, key or token that must not be printed by accident: every way of turning it into text gives <c>***</c>.</summary>
public sealed class Secret : IEquatable<Secret>
{
    private readonly string _value;

    /// <summary>Wraps <paramref name="value"/>.</summary>
    public Secret(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
    }

    /// <summary>Whether there is nothing to hide.</summary>
    public bool IsEmpty => _value.Length == 0;

    /// <summary>Wraps <paramref name="value"/> unless it is null or empty.</summary>
    public static Secret? FromNullable(string? value) => string.IsNullOrEmpty(value) ? null : new Secret(value);

    /// <summary>The text itself. Call it at the last moment, where the secret is handed over.</summary>
    public string Reveal() => _value;

    /// <inheritdoc/>
    public bool Equals(Secret? other) => other is not null && string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_value);

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => "***";
}
