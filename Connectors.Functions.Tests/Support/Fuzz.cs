using System.Globalization;

namespace Connectors.Tests.Support;

/// <summary>How many cases a test of readers tries: a few thousand, or as many as <c>CONNECTORS_FUZZ_CASES</c> says (the nightly run:
/// 100000).</summary>
internal static class Fuzz
{
    public static int Cases { get; } =
        int.TryParse(
            Environment.GetEnvironmentVariable("CONNECTORS_FUZZ_CASES"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var cases
        )
            ? cases
            : 3_000;
}
