using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sync.Configuration.Settings;

/// <summary>How a setting's text is parsed and described.</summary>
/// <param name="Expectation">Ends the sentence "X is not ...": <c>a whole number from 1 to 100</c>.</param>
/// <param name="Parse">Returns false when the text is not such a value.</param>
/// <param name="Format">The text that <paramref name="Parse"/> would turn into the value; used for defaults in messages and docs.</param>
/// <param name="Name">The kind of value in a word or two, for docs.</param>
/// <param name="Range">What values are allowed beyond the kind, for docs; empty when all are.</param>
/// <param name="Unit">The unit of a number, or empty.</param>
internal sealed record SettingType<T>(
    string Expectation,
    SettingParser<T> Parse,
    Func<T, string> Format,
    string Name,
    string Range = "",
    string Unit = ""
);

/// <summary>Turns text into a value.</summary>
internal delegate bool SettingParser<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>The types that settings have.</summary>
internal static class SettingTypes
{
    /// <summary>Any text.</summary>
    public static SettingType<string?> Text { get; } =
        new(
            "a text",
            (string text, out string? value) =>
            {
                value = text;
                return true;
            },
            value => value ?? "",
            "text"
        );

    /// <summary>A text that is never shown.</summary>
    public static SettingType<Secret?> SecretText { get; } =
        new(
            "a text",
            (string text, out Secret? value) =>
            {
                value = Secret.FromNullable(text);
                return true;
            },
            _ => "",
            "secret"
        );

    /// <summary>true or false, and the other words that YAML 1.1 knows for them.</summary>
    public static SettingType<bool> Flag { get; } = new("true or false", TryFlag, value => value ? "true" : "false", "true/false");

    /// <summary>Texts, as a YAML list or separated by commas.</summary>
    public static SettingType<IReadOnlyList<string>> List { get; } =
        new(
            "a list",
            (string text, [MaybeNullWhen(false)] out IReadOnlyList<string> value) =>
            {
                value = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                return true;
            },
            value => string.Join(", ", value),
            "list"
        );

    /// <summary>A whole number.</summary>
    public static SettingType<int> Whole(int min, int max, string unit = "") =>
        new(
            Invariant($"a whole number from {min} to {max}"),
            (string text, out int value) =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max,
            value => value.ToString(CultureInfo.InvariantCulture),
            "whole number",
            Invariant($"{min} to {max}"),
            unit
        );

    /// <summary>A number with an optional fraction.</summary>
    public static SettingType<double> Number(double min, double max, string unit = "") =>
        new(
            Invariant($"a number from {min} to {max}"),
            (string text, out double value) => TryNumber(text, min, max, out value),
            value => value.ToString(CultureInfo.InvariantCulture),
            "number",
            Invariant($"{min} to {max}"),
            unit
        );

    /// <summary>A duration, written as a number of seconds.</summary>
    public static SettingType<TimeSpan> Seconds(double min, double max) =>
        new(
            Invariant($"a number of seconds from {min} to {max}"),
            (string text, out TimeSpan value) =>
            {
                var good = TryNumber(text, min, max, out var seconds);
                value = good ? TimeSpan.FromSeconds(seconds) : default;
                return good;
            },
            value => value.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            "number",
            Invariant($"{min} to {max}"),
            "seconds"
        );

    /// <summary>A size in bytes, written as a number of mebibytes.</summary>
    public static SettingType<int> Mebibytes(double min, double max) =>
        new(
            Invariant($"a number of MiB from {min} to {max}"),
            (string text, out int value) =>
            {
                var good = TryNumber(text, min, max, out var mebibytes);
                value = good ? (int)(mebibytes * 1024 * 1024) : 0;
                return good;
            },
            value => (value / (1024.0 * 1024)).ToString(CultureInfo.InvariantCulture),
            "number",
            Invariant($"{min} to {max}"),
            "MiB"
        );

    /// <summary>One of a few words, in any case.</summary>
    public static SettingType<T> Choice<T>(params (string Word, T Value)[] choices)
        where T : struct, Enum
    {
        var words = choices.Select(choice => choice.Word).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        return new SettingType<T>(
            "one of " + string.Join(", ", words),
            (string text, out T value) =>
            {
                var index = Array.FindIndex(choices, choice => string.Equals(choice.Word, text, StringComparison.OrdinalIgnoreCase));
                value = index < 0 ? default : choices[index].Value;
                return index >= 0;
            },
            value => choices.First(choice => choice.Value.Equals(value)).Word,
            "word",
            string.Join(", ", words)
        );
    }

    private static bool TryNumber(string text, double min, double max, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
        && value >= min
        && value <= max;

    private static bool TryFlag(string text, out bool value)
    {
        value = text.ToLowerInvariant() is "true" or "yes" or "on";
        return value || text.ToLowerInvariant() is "false" or "no" or "off";
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
