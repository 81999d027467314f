using System.Text;
using System.Text.RegularExpressions;
using Connectors.Sources;
using Connectors.Sync.Sources;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Docs.Pages;

/// <summary>docs/comparison.md, "Source by source": what is here is taken from the sources themselves.</summary>
public sealed partial class ComparisonPageTests
{
    private const string Page = "docs/comparison.md";
    private const string Header =
        "| source | | advanced rules | access control | incremental syncs | text of files |\n|---|---|---|---|---|---|\n";

    // What the classes of Elastic's service say of themselves.
    private const string WithRules =
        "confluence dropbox github gmail jira mongodb mssql mysql network_drive notion onedrive postgresql redis s3 salesforce servicenow "
        + "sharepoint_online";

    private const string WithAccessControl =
        "confluence dropbox github gmail google_drive jira network_drive onedrive outlook salesforce servicenow sharepoint_online "
        + "sharepoint_server";

    private const string WithChanges = "google_drive sandfly sharepoint_online";

    private const string WithWholeList =
        "azure_blob_storage box confluence dropbox github gmail google_cloud_storage jira microsoft_teams network_drive notion onedrive "
        + "outlook salesforce servicenow sharepoint_server zoom";

    private const string WithoutFiles = "graphql mongodb mssql mysql oracle postgresql redis sandfly slack";

    [Fact]
    public void ThePageTellsOfEverySourceWhatItCan()
    {
        var text = MarkdownPages.Text(Page);
        var start = text.IndexOf(Header, StringComparison.Ordinal);
        Assert.True(start > 0, $"{Page} has no table of the sources.");
        var end = text.IndexOf("\n\n", start, StringComparison.Ordinal);

        Approved.Verify($"{text[..start]}{Header}{Rows()}{text[(end + 1)..]}", Page);
    }

    [Fact]
    public void WhatIsSaidOfElasticsSourcesIsSaidOfOnesThatItHas()
    {
        var said = string.Join(' ', WithRules, WithAccessControl, WithChanges, WithWholeList, WithoutFiles).Split(' ');

        Assert.Empty(said.Except(KnownSources.All.Select(source => source.ServiceType)));
        Assert.Empty(WithChanges.Split(' ').Intersect(WithWholeList.Split(' ')));
    }

    [Fact]
    public void ThePageTellsOfEverySourceOfBothWhatTheFirstSyncWrites()
    {
        var catalog = new SourceCatalog(BuiltInSources.Classes, "/plugins", NullLoggerFactory.Instance, TimeProvider.System);
        var title = "What the first sync writes of an index that the other service filled:\n\n";
        var table = MarkdownPages.Text(Page).Split(title)[1].Split("\n\n")[0];
        var named = table.Split('\n').SelectMany(row => Code().Matches(row.Split('|')[1]).Select(name => name.Groups["name"].Value));

        Assert.Equal(
            KnownSources.All.Select(source => source.ServiceType).Where(catalog.Knows).Order(StringComparer.Ordinal),
            named.Order(StringComparer.Ordinal)
        );
    }

    [GeneratedRegex("`(?<name>[a-z0-9_]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Code();

    private static string Rows()
    {
        var catalog = new SourceCatalog(BuiltInSources.Classes, "/plugins", NullLoggerFactory.Instance, TimeProvider.System);
        var rows = new StringBuilder();
        foreach (var type in KnownSources.With(catalog.ServiceTypes).Order(StringComparer.Ordinal))
        {
            var known = KnownSources.Find(type);
            var here = catalog.Knows(type) ? catalog.Describe(type) : null;
            var name = here is null ? $"`{type}`" : $"[`{type}`](sources/{type}.md)";
            rows.Append($"| {name} | {known?.State(here is not null) ?? "here only"} ");
            rows.Append($"| {Cell(Has(WithRules), here?.CheckAdvancedRules is not null)} ");
            rows.Append($"| {Cell(Has(WithAccessControl), here?.HasAccessControl)} ");
            rows.Append($"| {(Has(WithChanges) ? "yes" : Has(WithWholeList) ? "whole list" : known is null ? "–" : "no")}");
            rows.Append($" / {Word(here?.HasChangeFeed)} ");
            rows.Append($"| {Cell(!Has(WithoutFiles), here?.Fields.Any(field => field.Name == "use_text_extraction_service"))} |\n");

            bool Has(string types) => types.Split(' ').Contains(type, StringComparer.Ordinal);
            string Cell(bool elastics, bool? ours) => $"{(known is null ? "–" : Word(elastics))} / {(here is null ? "–" : Word(ours))}";
        }

        return rows.ToString();
    }

    private static string Word(bool? has) =>
        has switch
        {
            null => "–",
            true => "yes",
            false => "no",
        };
}
