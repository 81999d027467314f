using System.Globalization;

namespace Connectors.Benchmarks.Race;

/// <summary>A figure beside what it should be.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Figure">What came out.</param>
/// <param name="Bound">What it should be.</param>
/// <param name="IsMost">Whether the bound is the most, and not the least.</param>
/// <param name="Unit">Of both.</param>
internal sealed record Aim(string What, double Figure, double Bound, bool IsMost, string Unit)
{
    public bool IsMet => IsMost ? Figure <= Bound : Figure >= Bound;

    /// <summary>At most so much.</summary>
    public static Aim AtMost(string what, double figure, double bound, string unit) => new(what, figure, bound, IsMost: true, unit);

    /// <summary>At least so much.</summary>
    public static Aim AtLeast(string what, double figure, double bound, string unit) => new(what, figure, bound, IsMost: false, unit);

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(IsMet ? "met   " : "MISSED")} {What,-58} {Figure,8:0.##} {Unit,-14} aim: at {(IsMost ? "most" : "least")} {Bound:0.##}"
        );
}
