namespace Connectors.Build;

/// <summary>A run of the test program. Some tests need a process of their own.</summary>
/// <param name="Name">Of the file with its results.</param>
/// <param name="Filter">Which tests run, as the test program reads it.</param>
/// <param name="Variables">What its environment has beside ours.</param>
public sealed record TestRun(string Name, string[] Filter, params (string Name, string Value)[] Variables)
{
    private const string Published = "Connectors.Tests.Published";

    // SQL Server's driver needs cultures, without which the programs run, and so do the other tests. They belong to a process.
    private const string WithCultures = "Connectors.Tests.Sources.Databases.Sql.MsSql.Driver";

    /// <summary>The tests of what was published.</summary>
    public static TestRun OfPublished { get; } = new("test-results-published", ["-namespace", Published]);

    /// <summary>All other tests. No run leaves out what no other one has: where no process with cultures starts, the tests that need them
    /// are in the first run, which skips them and counts that.</summary>
    /// <param name="hasCultures">Whether a process with cultures starts on this machine.</param>
    public static IReadOnlyList<TestRun> BeforePublishing(bool hasCultures)
    {
        string[] most = ["-namespace-", Published];
        return hasCultures
            ?
            [
                new("test-results", [.. most, "-namespace-", WithCultures]),
                new("test-results-cultures", ["-namespace", WithCultures], ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "false")),
            ]
            : [new("test-results", most)];
    }
}
