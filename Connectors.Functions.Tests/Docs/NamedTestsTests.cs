using System.Reflection;
using System.Text.RegularExpressions;
using Connectors.Testing;
using Connectors.Tests.Docs.Pages;
using Xunit;

namespace Connectors.Tests.Docs;

/// <summary>Tests that a page names as proof are there.</summary>
public sealed partial class NamedTestsTests
{
    [Fact]
    public void EveryTestThatAPageNamesExists()
    {
        var tests = Assembly
            .GetExecutingAssembly()
            .GetTypes()
            .Concat(typeof(SourceContractTests).Assembly.GetTypes())
            .SelectMany(type =>
                type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
                    .Where(method => method.GetCustomAttributes<FactAttribute>().Any())
                    .Select(method => $"{type.Name}.{method.Name}")
            )
            .ToHashSet(StringComparer.Ordinal);
        var named = MarkdownPages
            .All.SelectMany(page =>
                Named().Matches(MarkdownPages.Text(page)).Select(match => (Page: page, Name: match.Groups["name"].Value))
            )
            .ToList();
        Assert.True(named.Count > 60, $"only {named.Count} tests are named");
        Assert.Empty(named.Where(item => !tests.Contains(item.Name)).Select(item => $"{item.Page}: {item.Name}"));
    }

    [GeneratedRegex(@"`(?<name>\w+Tests\.\w+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Named();
}
