using System.Xml.Linq;

namespace Connectors.Build;

/// <summary>Counts the results of test runs.</summary>
public sealed class TestCounts
{
    private int _passed;
    private int _failed;
    private int _skipped;

    /// <summary>Prints what failed in a run, and counts, both from its results file.</summary>
    /// <param name="results">The file, as xunit writes it.</param>
    /// <param name="exitCode">The exit code of the test program.</param>
    /// <returns>False when anything is wrong, or nothing ran.</returns>
    public bool Add(string results, int exitCode)
    {
        if (!File.Exists(results))
        {
            Console.WriteLine($"test: the test program ended with exit code {exitCode} and left no results.");
            return false;
        }

        var document = XDocument.Load(results);
        foreach (var failure in document.Descendants("failure"))
        {
            var name = failure.Parent!.Attribute("name")?.Value ?? failure.Parent.Attribute("type")?.Value;
            Console.WriteLine($"failed: {name}: {failure.Element("message")?.Value.Trim().Split('\n')[0]}");
        }

        // Errors are what failed outside a test: a fixture that could not be cleaned up, say.
        var (passed, failed, skipped) = (Sum("passed"), Sum("failed") + Sum("errors"), Sum("skipped"));
        (_passed, _failed, _skipped) = (_passed + passed, _failed + failed, _skipped + skipped);
        if (exitCode != 0 && failed == 0)
        {
            Console.WriteLine($"test: no test failed, but the test program ended with exit code {exitCode}.");
        }

        return exitCode == 0 && failed == 0 && passed > 0;

        int Sum(string name) => document.Descendants("assembly").Sum(item => (int?)item.Attribute(name) ?? 0);
    }

    /// <summary>Prints the last line of a test run.</summary>
    /// <returns>False when a test failed.</returns>
    public bool Summary()
    {
        Console.WriteLine($"{_passed} passed, {_failed} failed, {_skipped} skipped");
        return _failed == 0;
    }
}
