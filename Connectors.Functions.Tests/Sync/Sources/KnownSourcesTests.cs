using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Sources;

public sealed class KnownSourcesTests
{
    // What Elastic's service brings along, as its own list of classes has it.
    private const string Elastics =
        "azure_blob_storage box confluence dir dropbox github gitlab gmail google_cloud_storage google_drive graphql jira microsoft_teams "
        + "mongodb mssql mysql network_drive notion onedrive oracle outlook postgresql redis s3 salesforce sandfly servicenow "
        + "sharepoint_online sharepoint_server slack zoom";

    [Fact]
    public void EverySourceOfElasticsServiceIsKnown() =>
        Assert.Equal(Elastics.Split(' '), KnownSources.All.Select(source => source.ServiceType));

    [Fact]
    public void WhatComesWithTheServiceAndWhatDoesNotIsAllThatIsKnown()
    {
        var missing = KnownSources.Without(BuiltInSources.Classes.Keys).Select(source => source.ServiceType).ToArray();

        Assert.Empty(missing.Intersect(BuiltInSources.Classes.Keys));
        Assert.Equal(["http_json"], BuiltInSources.Classes.Keys.Union(missing).Except(Elastics.Split(' ')));
        Assert.Contains("oracle", missing);
    }

    [Fact]
    public void WhatIsNotHereSaysInOneSentenceWhatToDo()
    {
        var missing = KnownSources.Without(BuiltInSources.Classes.Keys).ToArray();
        var catalog = new SourceCatalog(BuiltInSources.Classes, "/plugins", NullLoggerFactory.Instance, TimeProvider.System);

        Assert.All(missing, source =>
        {
            var said = Assert.Throws<ConnectorException>(() => catalog.Describe(source.ServiceType)).Message;
            Assert.StartsWith($"There is no source for the service type \"{source.ServiceType}\": {source.Name} needs a plug-in", said);
            Assert.EndsWith("docs/writing-a-source.md shows how to write one.", said, StringComparison.Ordinal);
            Assert.DoesNotContain(". ", said, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("orcale", "Did you mean oracle?")]
    [InlineData("sharepoint_servr", "Did you mean sharepoint_server?")]
    [InlineData("servicnow", "Did you mean servicenow?")]
    public void AMisspeltNameOfElasticsServiceIsSuggestedWhetherItIsHereOrNot(string written, string expected)
    {
        var catalog = new SourceCatalog(BuiltInSources.Classes, "/plugins", NullLoggerFactory.Instance, TimeProvider.System);

        Assert.EndsWith(expected, Assert.Throws<ConnectorException>(() => catalog.Describe(written)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AClassOfAPluginTakesTheNameOutOfWhatIsMissing() =>
        Assert.DoesNotContain(KnownSources.Without([.. BuiltInSources.Classes.Keys, "oracle"]), source => source.ServiceType == "oracle");
}
