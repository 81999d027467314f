using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sync.Service;
using Connectors.Sync.Sources;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync.Sources;

public sealed class SourceCatalogTests
{
    [Theory]
    [InlineData("lsit", "There is no source for the service type \"lsit\". Did you mean list?")]
    [InlineData(
        "lotus_notes",
        "There is no source for the service type \"lotus_notes\": this program has none, and sources in config.yml names none. A plug-in "
            + "goes into /plugins, which does not exist, and its class under sources; docs/writing-a-source.md shows how."
    )]
    [InlineData(
        "oracle",
        "There is no source for the service type \"oracle\": Oracle Database needs a plug-in, as Oracle's driver comes under a licence of "
            + "its own, and sources in config.yml names none (plug-ins are loaded from /plugins); docs/writing-a-source.md shows how to write "
            + "one."
    )]
    [InlineData(
        "nodll",
        "sources.nodll: the assembly No.Such is neither part of the app nor in /plugins. Put it, with its dependencies, into "
            + "/plugins/No.Such."
    )]
    [InlineData(
        "notype",
        "sources.notype: there is no public class Connectors.Tests.Sync.Sources.ListSourc in Connectors.Functions.Tests. Did you mean "
            + "Connectors.Tests.Sync.Sources.ListSource?"
    )]
    [InlineData(
        "other",
        "sources.other: Connectors.Tests.Sync.Sources.SourceCatalogTests is not a source. It must be a class that implements "
            + "Connectors.Abstractions.IDataSource."
    )]
    [InlineData(
        "abstract",
        "sources.abstract: Connectors.Abstractions.EnumerableDataSource is abstract, so no source can be made of it. Name a class that "
            + "derives from it."
    )]
    [InlineData(
        "generic",
        "sources.generic: Connectors.Tests.Sync.Sources.GenericSource`1 is generic, so no source can be made of it. Name a class that "
            + "derives from it."
    )]
    [InlineData(
        "doubled",
        "sources.doubled: the description of Connectors.Tests.Sync.Sources.DoubledSource (assembly Connectors.Functions.Tests) declares "
            + "the field 'url' 2 times. This is a bug in the source."
    )]
    [InlineData(
        "nocontext",
        "sources.nocontext: Connectors.Tests.Sync.Sources.SourceWithoutContext has no public constructor that takes a SourceContext."
    )]
    [InlineData(
        "noclass",
        "sources.noclass: connectors.sources.s3:S3DataSource is not the name of a class. Write it as Namespace.Type, Assembly."
    )]
    [InlineData(
        "misnamed",
        "sources.misnamed: Connectors.Tests.Sync.Sources.ListSource says that its service type is \"list\". Name it so under sources."
    )]
    [InlineData(
        "throwing",
        "sources.throwing: the constructor of Connectors.Tests.Sync.Sources.ThrowingSource (assembly "
            + "Connectors.Functions.Tests) failed with InvalidOperationException: password=***. This is a bug in the source."
    )]
    public void WhatCanNotBeLoadedIsToldWithTheWayOut(string serviceType, string expected)
    {
        var exception = Assert.Throws<ConnectorException>(() => Catalog().Describe(serviceType));

        Assert.Equal(expected, exception.Message);
    }

    [Fact]
    public async Task ASourceGetsTheValuesOfTheConnectorAndTheDefaultsOfItsFields()
    {
        var configuration = new JsonObject { ["greeting"] = new JsonObject { ["value"] = "hello" } };

        await using var source = (ListSource)Catalog().Create("list", configuration);

        Assert.Equal("hello", source.Context.Settings.GetString("greeting"));
        Assert.Equal("world", source.Context.Settings.GetString("whom"));
    }

    [Fact]
    public void TheServiceTypesAreSorted() =>
        Assert.Equal(
            ["abstract", "doubled", "generic", "list", "misnamed", "noclass", "nocontext", "nodll", "notype", "other", "throwing"],
            Catalog().ServiceTypes
        );

    [Fact]
    public void AllThatCanNotBeLoadedIsToldInOneGo()
    {
        var exception = Assert.Throws<ConnectorException>(() => Catalog().DescribeAll());

        Assert.Equal(10, exception.Message.Split('\n').Length);
    }

    [Fact]
    public void EveryBuiltInSourceDescribesItself()
    {
        var catalog = new SourceCatalog(BuiltInSources.Classes, "/plugins", NullLoggerFactory.Instance, TimeProvider.System);

        Assert.All(BuiltInSources.Classes.Keys, serviceType => Assert.NotEmpty(catalog.Describe(serviceType).Fields));
    }

    [Fact]
    public void ACheckOfRulesThatThrowsNamesItsClass()
    {
        var check = Catalog().Describe("list").CheckAdvancedRules!;

        Assert.Empty(check(new JsonArray()));
        Assert.Equal(
            "sources.list: the check of advanced rules of Connectors.Tests.Sync.Sources.ListSource (assembly Connectors.Functions.Tests) "
                + "failed with InvalidCastException: rules. This is a bug in the source.",
            Assert.Throws<ConnectorException>(() => check(new JsonObject())).Message
        );
    }

    [Fact]
    public async Task AFaultOfABuiltInSourceIsToldWithoutItsText()
    {
        var catalog = new SourceCatalog(BuiltInSources.Classes, "/plugins", NullLoggerFactory.Instance, TimeProvider.System);
        await using var source = catalog.Create("dir", configuration: null);
        var failure = new InvalidOperationException("a setting");

        Assert.False(FaultySource.Note(source, failure));

        Assert.Matches(
            @"^Unexpected error \(InvalidOperationException\)\. See the log of the service under error id [0-9a-f]{8}; please report it\.$",
            UnexpectedError.Message(failure)
        );
    }

    private static SourceCatalog Catalog() =>
        new(
            new Dictionary<string, string>
            {
                ["list"] = "Connectors.Tests.Sync.Sources.ListSource, Connectors.Functions.Tests",
                ["notype"] = "Connectors.Tests.Sync.Sources.ListSourc, Connectors.Functions.Tests",
                ["other"] = "Connectors.Tests.Sync.Sources.SourceCatalogTests, Connectors.Functions.Tests",
                ["nocontext"] = "Connectors.Tests.Sync.Sources.SourceWithoutContext, Connectors.Functions.Tests",
                ["abstract"] = "Connectors.Abstractions.EnumerableDataSource, Connectors.Abstractions",
                ["generic"] = "Connectors.Tests.Sync.Sources.GenericSource`1, Connectors.Functions.Tests",
                ["doubled"] = "Connectors.Tests.Sync.Sources.DoubledSource, Connectors.Functions.Tests",
                ["noclass"] = "connectors.sources.s3:S3DataSource",
                ["misnamed"] = "Connectors.Tests.Sync.Sources.ListSource, Connectors.Functions.Tests",
                ["throwing"] = "Connectors.Tests.Sync.Sources.ThrowingSource, Connectors.Functions.Tests",
                ["nodll"] = "No.Such.Source, No.Such",
            },
            "/plugins",
            NullLoggerFactory.Instance,
            TimeProvider.System
        );
}

public class ListSource(SourceContext context) : IDataSource
{
    public SourceContext Context => context;

    public virtual SourceDescription Description =>
        new()
        {
            Name = "List",
            ServiceType = "list",
            Fields = [new ConfigField("greeting", "Greeting"), new ConfigField("whom", "Whom") { DefaultValue = "world" }],
            CheckAdvancedRules = rules => rules is JsonArray ? [] : throw new InvalidCastException("rules"),
        };

    public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

public sealed class DoubledSource(SourceContext context) : ListSource(context)
{
    public override SourceDescription Description =>
        base.Description with
        {
            ServiceType = "doubled",
            Fields = [new ConfigField("url", "Address"), new ConfigField("url", "Other address")],
        };
}

public sealed class GenericSource<T>(SourceContext context) : ListSource(context)
{
    public T? Nothing { get; init; }
}

public sealed class SourceWithoutContext() : ListSource(SourceContext.Empty);

public sealed class ThrowingSource : ListSource
{
    public ThrowingSource(SourceContext context)
        : base(context) => throw new InvalidOperationException("password=secret");
}
