using Connectors.Abstractions;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>
/// One setting of the service, declared once; reading, validation, messages and the reference in <c>docs/configuration.md</c> use it.
/// </summary>
/// <param name="Key">The whole key, <c>elasticsearch.bulk.chunk_size</c>. <c>#</c> stands for the position in a list, a final <c>*</c> for
/// any name.</param>
/// <param name="Meaning">What it does, in a sentence or two, for docs.</param>
internal abstract record ServiceSetting(string Key, string Meaning)
{
    private string[]? _segments;

    /// <summary>Whether Elastic's Python service knows the same key.</summary>
    public bool IsPython { get; init; }

    /// <summary>Why the setting has no effect, as a notice; <see langword="null"/> for a setting with an effect.</summary>
    public string? NoEffect { get; init; }

    /// <summary>Whether the value is never printed.</summary>
    public abstract bool IsSecret { get; }

    /// <summary>Whether the value may be a list.</summary>
    public abstract bool IsList { get; }

    /// <summary>The default as it would be written, or empty.</summary>
    public abstract string DefaultText { get; }

    /// <summary>Ends the sentence "X is not ...".</summary>
    public abstract string Expectation { get; }

    /// <summary>Kind of value, for docs.</summary>
    public abstract string TypeName { get; }

    /// <summary>Allowed values beyond the kind, for docs.</summary>
    public abstract string Range { get; }

    /// <summary>Unit of a number, or empty.</summary>
    public abstract string Unit { get; }

    /// <summary>The key's parts.</summary>
    public IReadOnlyList<string> Segments => _segments ??= Key.Split('.');

    /// <summary>Whether the text is a value of this setting.</summary>
    public abstract bool Accepts(string text);
}

/// <summary>A setting with its type and default.</summary>
internal sealed record ServiceSetting<T>(string Key, SettingType<T> Type, T Default, string Meaning) : ServiceSetting(Key, Meaning)
{
    /// <inheritdoc/>
    public override bool IsSecret => typeof(T) == typeof(Secret);

    /// <inheritdoc/>
    public override bool IsList => typeof(T) == typeof(IReadOnlyList<string>);

    /// <inheritdoc/>
    public override string DefaultText => Type.Format(Default);

    /// <inheritdoc/>
    public override string Expectation => Type.Expectation;

    /// <inheritdoc/>
    public override string TypeName => Type.Name;

    /// <inheritdoc/>
    public override string Range => Type.Range;

    /// <inheritdoc/>
    public override string Unit => Type.Unit;

    /// <inheritdoc/>
    public override bool Accepts(string text) => Type.Parse(text, out _);
}
