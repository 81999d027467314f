using System.Globalization;

namespace Connectors.Abstractions;

/// <summary>Numbers with their nouns, for messages: <c>1 document</c>, <c>2,000 documents</c>.</summary>
internal static class Quantity
{
    /// <summary>So many of something.</summary>
    /// <param name="number">The number.</param>
    /// <param name="noun">Its noun for one; others have an s more.</param>
    public static string Of(long number, string noun) => Of(number, noun, noun + "s");

    /// <summary>So many of something.</summary>
    /// <param name="number">The number.</param>
    /// <param name="one">What follows the number one.</param>
    /// <param name="many">What follows any other number.</param>
    public static string Of(long number, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? one : many)}");

    /// <summary>A measure with one decimal at most.</summary>
    /// <param name="number">The number.</param>
    /// <param name="unit">Its unit for one; others have an s more.</param>
    public static string Of(double number, string unit)
    {
        var digits = number.ToString("0.#", CultureInfo.InvariantCulture);
        return $"{digits} {unit}{(digits == "1" ? "" : "s")}";
    }
}
