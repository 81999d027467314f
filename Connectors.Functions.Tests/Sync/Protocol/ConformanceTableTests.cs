using System.Reflection;
using System.Text.RegularExpressions;
using Connectors.Tests.Emulator;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Protocol;

/// <summary>The tables in docs/protocol.md tell of every field, and of tests that exist.</summary>
public sealed partial class ConformanceTableTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Approved.Root, "docs", "protocol.md"));
    private static readonly string Tables = Document[Document.IndexOf("## Conformance", StringComparison.Ordinal)..];

    [Fact]
    public void EveryTestThatIsNamedExists()
    {
        var tests = Assembly.GetExecutingAssembly().GetTypes()
            .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttributes<FactAttribute>().Any()).Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet(StringComparer.Ordinal);
        var named = Named().Matches(Tables).Select(match => match.Groups["name"].Value).ToList();

        Assert.True(named.Count > 45, $"only {named.Count} tests are named");
        Assert.Empty(named.Except(tests));

        // Each row has one.
        var rows = Tables.Split('\n').Where(line => line.StartsWith('|') && !line.StartsWith("|---", StringComparison.Ordinal) && !line.Contains("shown by", StringComparison.Ordinal)).ToList();
        Assert.True(rows.Count > 40, $"only {rows.Count} rows");
        Assert.All(rows, row => Assert.Matches(Named(), row));
    }

    [Theory]
    [InlineData("connectors mapping", "### Fields of a connector", 25)]
    [InlineData("jobs mapping", "### Fields of a job", 15)]
    public void EveryFieldThatElasticsearchMapsHasARow(string recordedAs, string heading, int atLeast)
    {
        var start = Tables.IndexOf(heading, StringComparison.Ordinal);
        var table = Tables[start..Tables.IndexOf("###", start + heading.Length, StringComparison.Ordinal)];
        var mapping = RecordedExchange.ReadAll().Single(exchange => exchange.Name == recordedAs).Response!.AsObject().Single().Value!;
        var fields = mapping["mappings"]!["properties"]!.AsObject().Select(pair => pair.Key).ToList();

        Assert.True(fields.Count >= atLeast, $"only {fields.Count} fields");
        Assert.All(fields, field => Assert.Contains($"`{field}`", table, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"`(?<name>\w+Tests\.\w+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Named();
}
