using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Testing;

/// <summary>
/// What every source must keep, whatever it reads: every document once, the end said once, reading on from every place, a failure at any
/// call thrown and not swallowed, no secret printed. Derive, make a fixture, done:
/// <code>
/// public sealed class ThingsContractTests : SourceContractTests&lt;ThingsFixture&gt;;
/// </code>
/// </summary>
/// <typeparam name="TFixture">Makes the source and its backend.</typeparam>
public abstract class SourceContractTests<TFixture> : SourceContractTests
    where TFixture : SourceFixture, new()
{
    // Of all tests of the fixture: the first one asks.
    private static FixtureCheck? _check;

    /// <inheritdoc/>
    protected sealed override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        _check ??= await FixtureCheck.RunAsync<TFixture>(new RecordingLoggerFactory(), cancellationToken);
        return _check.Problem is { } problem ? throw new BrokenFixtureException(problem) : new TFixture();
    }
}

/// <summary>The contract of <see cref="SourceContractTests{TFixture}"/>, for a fixture that needs more than a constructor: a server that is
/// started, say.</summary>
public abstract partial class SourceContractTests : IAsyncLifetime
{
    private const int MostFailedCalls = 60;
    private static readonly PageLimits Small = new(3, 1024 * 1024);
    private readonly RecordingLoggerFactory _logs = new();
    private SourceFixture _fixture = null!;

    /// <summary>The token of the test that runs.</summary>
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What <see cref="CreateFixtureAsync"/> made for this test.</summary>
    protected SourceFixture Fixture => _fixture;

    /// <summary>Makes the fixture.</summary>
    public async ValueTask InitializeAsync() => _fixture = await CreateFixtureAsync(Cancellation);

    /// <summary>Takes the fixture down.</summary>
    public async ValueTask DisposeAsync()
    {
        // There is none when the machine lacks the server that the fixture needs, and the test is skipped.
        if (_fixture is not null)
        {
            await _fixture.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The description is complete and right, and needs no settings.</summary>
    [Fact]
    public async Task ItDescribesItselfWithoutBeingConfigured()
    {
        await using var source = Fixture.Create(SourceContext.Empty);
        var description = source.Description;
        Assert.Matches("^[a-z][a-z0-9_]*$", description.ServiceType);
        Assert.False(string.IsNullOrWhiteSpace(description.Name));
        DescriptionRules.Check(description.Fields);
        foreach (var (name, _) in Fixture.Values)
        {
            Assert.Contains(description.Fields, field => field.Name == name);
        }
    }

    /// <summary>No document is missed or comes twice, in one part or in sixteen.</summary>
    [Fact]
    public async Task EveryDocumentComesExactlyOnceHoweverItIsDivided()
    {
        foreach (var wanted in new[] { 1, 2, 4, 16 })
        {
            await using var source = Open();
            var partitions = await source.PartitionAsync(wanted, Cancellation);
            Assert.NotEmpty(partitions);
            Assert.Equal(partitions.Count, partitions.Select(partition => partition.Name).Distinct(StringComparer.Ordinal).Count());
            var pages = new List<ReadPage>();
            foreach (var partition in partitions)
            {
                pages.AddRange(await source.PartitionAsync(partition, PageToken.Start, Small, Cancellation));
            }

            Assert.Equal(Fixture.Ids.Order(StringComparer.Ordinal), pages.Ids().Order(StringComparer.Ordinal));
            Assert.Equal(partitions.Count, pages.Count(page => page.IsLast));
            Assert.DoesNotContain(pages, page => page.Restarts);
        }
    }

    /// <summary>Parts do not disturb each other.</summary>
    [Fact]
    public async Task PartitionsCanBeReadSideBySide()
    {
        await using var source = Open();
        var partitions = await source.PartitionAsync(4, Cancellation);
        var read = await Task.WhenAll(
            partitions.Select(partition => source.PartitionAsync(partition, PageToken.Start, Small, Cancellation))
        );
        Assert.Equal(Fixture.Ids.Order(StringComparer.Ordinal), read.SelectMany(pages => pages.Ids()).Order(StringComparer.Ordinal));
    }

    /// <summary>The limits of a page are kept.</summary>
    [Fact]
    public async Task NoPageIsLargerThanItsLimits()
    {
        foreach (var limits in new[] { new PageLimits(1, int.MaxValue), new PageLimits(4, int.MaxValue), new PageLimits(1000, 1) })
        {
            await using var source = Open();
            var pages = await source.AllAsync(1, limits, Cancellation);
            var most = limits.MaxBytes == 1 ? 1 : limits.MaxDocuments;
            Assert.All(pages, page => Assert.InRange(page.Documents.Count, 0, most));
            Assert.Equal(Fixture.Ids.Count, pages.Ids().Count);
        }
    }

    /// <summary>A token alone tells where to read on: in another instance, after a crash.</summary>
    [Fact]
    public async Task FromEveryTokenANewInstanceReadsTheSameRest()
    {
        await using var first = Open();
        foreach (var partition in await first.PartitionAsync(2, Cancellation))
        {
            var pages = await first.PartitionAsync(partition, PageToken.Start, Small, Cancellation);
            for (var index = 0; index < pages.Count - 1; index++)
            {
                await using var second = Open();
                var rest = await second.PartitionAsync(partition with { }, new PageToken(pages[index].Next.Value), Small, Cancellation);
                Assert.False(rest[0].Restarts, "Nothing changed, so there is no reason to begin anew.");
                Assert.Equal(pages.Skip(index + 1).Documents(), rest.Documents());
            }
        }
    }

    /// <summary>Reading a page has no effect on the next reading of it.</summary>
    [Fact]
    public async Task APageAskedForAgainIsTheSame()
    {
        await using var source = Open();
        var partition = (await source.PartitionAsync(1, Cancellation))[0];
        var first = await source.PageAsync(partition, PageToken.Start, Small, Cancellation);
        var second = await source.PageAsync(partition, first.Next, Small, Cancellation);
        foreach (
            var (token, expected) in new[]
            {
                (PageToken.Start, first),
                (first.Next, second),
                (first.Next, second),
                (PageToken.Start, first),
            }
        )
        {
            var again = await source.PageAsync(partition, token, Small, Cancellation);
            Assert.Equal(expected.Documents, again.Documents);
            Assert.Equal(expected.Next, again.Next);
            Assert.Equal(expected.IsLast, again.IsLast);
        }
    }

    /// <summary>What did not change is not written again: a document compares as it did, however it is read, and whichever call fails on
    /// the way.</summary>
    [Fact]
    public async Task UnchangedDocumentsCompareAsTheyDid()
    {
        var before = await VersionsAsync(1, PageLimits.Default);
        foreach (var (wanted, limits) in new[] { (1, PageLimits.Default), (4, Small), (2, new PageLimits(1, int.MaxValue)) })
        {
            Assert.Equal(before, await VersionsAsync(wanted, limits));
        }

        for (var call = 0; call < MostFailedCalls; call++)
        {
            Fixture.Calls.ResetAndFailOnce(call);
            await using var source = Open();
            var (pages, _) = await ReadUntilFailureAsync(source);
            if (Fixture.Calls.Failed == 0)
            {
                return;
            }

            Assert.All(pages.Documents(), document => Assert.Equal(before[document.Id], Version(document)));
        }

        async Task<SortedDictionary<string, string>> VersionsAsync(int wanted, PageLimits limits)
        {
            await using var source = Open();
            var documents = (await source.AllAsync(wanted, limits, Cancellation)).Documents();
            return new(documents.ToDictionary(document => document.Id, Version, StringComparer.Ordinal), StringComparer.Ordinal);
        }

        static string Version(ReadDocument document) => document.Timestamp?.ToString("O") ?? document.Compared;
    }

    /// <summary>Each body is one JSON object, without a name that is reserved or given twice.</summary>
    [Fact]
    public async Task BodiesAreObjectsThatElasticsearchTakes()
    {
        await using var source = Open();
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents();
        Assert.NotEmpty(documents);
        foreach (var document in documents)
        {
            Assert.NotEmpty(document.Id);
            var body = document.Json();
            Assert.Equal(JsonValueKind.Object, body.ValueKind);
            var names = body.EnumerateObject().Select(property => property.Name).ToArray();
            Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
            Assert.DoesNotContain(names, name => ReservedFields.Contains(Encoding.UTF8.GetBytes(name)));
        }
    }

    /// <summary>Content is fetched when a document is written, and again when that is tried again.</summary>
    [Fact]
    public async Task ContentCanBeOpenedTwiceAndLongAfterItsPage()
    {
        await using var source = Open();
        var contents = (await source.AllAsync(1, Small, Cancellation)).SelectMany(page => page.Contents).ToArray();
        foreach (var content in contents)
        {
            Assert.NotEmpty(content.FileName);
            var (once, again) = (await ReadAsync(content), await ReadAsync(content));
            Assert.Equal(once, again);
            Assert.True(content.SizeInBytes < 0 || content.SizeInBytes == once.Length);
        }

        static async Task<byte[]> ReadAsync(DocumentContent content)
        {
            await using var stream = await content.OpenAsync(Cancellation);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, Cancellation);
            return copy.ToArray();
        }
    }

    /// <summary>Makes the fixture of one test.</summary>
    protected abstract ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken);

    /// <summary>A new instance, configured as from a connector document.</summary>
    protected IDataSource Open() => Open(Fixture, _logs);

    internal static IDataSource Open(SourceFixture fixture, ILoggerFactory logs)
    {
        var configuration = new JsonObject();
        foreach (var (name, value) in fixture.Values)
        {
            configuration[name] = new JsonObject { ["value"] = value?.DeepClone() };
        }

        var fields = fixture.Create(SourceContext.Empty).Description.Fields;
        var settings = SourceSettings.FromConfiguration(configuration, fields);
        return fixture.Create(new SourceContext { Settings = settings, LoggerFactory = logs });
    }

    private static async Task<(List<ReadPage> Pages, Exception? Failure)> ReadUntilFailureAsync(IDataSource source)
    {
        var pages = new List<ReadPage>();
        try
        {
            foreach (var partition in await source.PartitionAsync(2, Cancellation))
            {
                pages.AddRange(await source.PartitionAsync(partition, PageToken.Start, Small, Cancellation));
            }

            return (pages, null);
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.IAssertionException)
        {
            return (pages, failure);
        }
    }

    private async Task AssertAllIsReadAfterwardsAsync(IDataSource source) =>
        Assert.Equal(
            Fixture.Ids.Order(StringComparer.Ordinal),
            (await source.AllAsync(2, Small, Cancellation)).Ids().Order(StringComparer.Ordinal)
        );

    private void AssertNoSecret(string? text)
    {
        foreach (var secret in Fixture.Secrets)
        {
            Assert.DoesNotContain(secret, text ?? string.Empty, StringComparison.Ordinal);
        }
    }
}
