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
        DescriptionRules.Check(source, Fixture.Values.Select(value => value.Key));
    }

    /// <summary>No document is missed or comes twice, in one part or in sixteen.</summary>
    [Fact]
    public async Task EveryDocumentComesExactlyOnceHoweverItIsDivided()
    {
        foreach (var wanted in new[] { 1, 2, 4, 16 })
        {
            await using var source = Open();
            var partitions = await source.PartitionAsync(wanted, Cancellation);
            Assert.True(partitions.Count > 0, $"PartitionAsync({wanted}) gives no partition: one is the least, SourcePartition.All.");
            ContractAssert.NoneTwice(partitions.Select(partition => partition.Name), $"PartitionAsync({wanted})");
            var pages = new List<ReadPage>();
            foreach (var partition in partitions)
            {
                pages.AddRange(await source.PartitionAsync(partition, PageToken.Start, Small, Cancellation));
            }

            ContractAssert.Ids(Fixture.Ids, pages.Ids(), $"Read in the {partitions.Count} parts of PartitionAsync({wanted})");
            Assert.Equal(partitions.Count, pages.Count(page => page.IsLast));
            Assert.True(
                pages.All(page => !page.Restarts),
                $"PartitionAsync({wanted}): a page says that it begins anew, though nothing changed. Keep the order of the documents "
                    + "stable."
            );
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
        ContractAssert.Ids(Fixture.Ids, [.. read.SelectMany(pages => pages.Ids())], "Read in four parts at the same time");
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
            var largest = pages.Select(page => page.Documents.Count).DefaultIfEmpty().Max();
            Assert.True(
                largest <= most,
                $"A page has {largest} documents where the limits are {limits.MaxDocuments} documents and {limits.MaxBytes} bytes: end a "
                    + "page when SourcePageBuilder.IsFull."
            );
            ContractAssert.Ids(Fixture.Ids, pages.Ids(), $"With pages of at most {most} documents");
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
                var where = $"Read on from '{pages[index].Next}' in another instance";
                Assert.False(rest[0].Restarts, $"{where}: nothing changed, so there is no reason to begin anew.");
                ContractAssert.Same(pages.Skip(index + 1).Documents(), rest.Documents(), where);
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
            ContractAssert.Same(expected.Documents, again.Documents, $"The page after '{token}', asked for again");
            Assert.True(
                (expected.Next, expected.IsLast) == (again.Next, again.IsLast),
                $"The page after '{token}' led to '{expected.Next}' (last: {expected.IsLast}), and asked for again to '{again.Next}' "
                    + $"(last: {again.IsLast}): a page depends on its token alone."
            );
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
            var after = await VersionsAsync(wanted, limits);
            foreach (var id in before.Keys.Union(after.Keys, StringComparer.Ordinal))
            {
                ContractAssert.Unchanged(id, before.GetValueOrDefault(id), after.GetValueOrDefault(id));
            }
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

            foreach (var document in pages.Documents())
            {
                ContractAssert.Unchanged(document.Id, before.GetValueOrDefault(document.Id), Version(document));
            }
        }

        async Task<SortedDictionary<string, string>> VersionsAsync(int wanted, PageLimits limits)
        {
            await using var source = Open();
            var documents = (await source.AllAsync(wanted, limits, Cancellation)).Documents();
            ContractAssert.NoneTwice(documents.Select(document => document.Id), "The list of all ids");
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
        Assert.True(documents.Count > 0, "No document was read: the fixture's backend is to hold some 10 to 40.");
        Assert.All(documents, ContractAssert.HasABody);
    }

    /// <summary>Content is fetched when a document is written, and again when that is tried again.</summary>
    [Fact]
    public async Task ContentCanBeOpenedTwiceAndLongAfterItsPage()
    {
        await using var source = Open();
        var contents = (await source.AllAsync(1, Small, Cancellation)).SelectMany(page => page.Contents).ToArray();
        foreach (var content in contents)
        {
            Assert.True(content.FileName.Length > 0, "A DocumentContent has no FileName, by which the kind of the file is known.");
            var (once, again) = (await ReadAsync(content), await ReadAsync(content));
            Assert.True(
                once.AsSpan().SequenceEqual(again),
                $"{content.FileName}: opened twice, it gave {once.Length} bytes and other {again.Length}: OpenAsync begins anew each time."
            );
            Assert.True(
                content.SizeInBytes < 0 || content.SizeInBytes == once.Length,
                $"{content.FileName}: SizeInBytes is {content.SizeInBytes}, but it has {once.Length} bytes. Say -1 when it is not known."
            );
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

    private void AssertNoSecret(string? text, string what) => ContractAssert.HoldsNoSecret(Fixture.Secrets, text, what);
}
