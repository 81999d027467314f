using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Xunit;
using Xunit.Sdk;

namespace Connectors.Tests.Abstractions;

/// <summary>What the contract suite says of sources that break the contract: each test is run on one that does.</summary>
public sealed class ContractSuiteTests
{
    private const string NeverEnds = "would never end. A token says where to read on, so each page gives one that lies further on.";

    [Fact]
    public async Task TokensThatGoInACircleAreNamed()
    {
        var fixture = new StubFixture { Next = after => after is "" ? "1" : $"{(int.Parse(after) + 1) % 3}" };

        Assert.Equal(
            $"The page after '0' leads back to '1', where the reading has been before: it {NeverEnds}",
            await SaidAsync(fixture, suite => suite.EveryDocumentComesExactlyOnceHoweverItIsDivided())
        );
    }

    [Fact]
    public async Task TokensOfChangesThatGoInACircleAreNamed()
    {
        var fixture = new StubFixture { NextChange = after => after is "" ? "1" : $"{(int.Parse(after) + 1) % 3}" };

        Assert.Equal(
            $"The page of changes after '0' leads back to '1', where the reading has been before: it {NeverEnds}",
            await SaidAsync(fixture, suite => suite.ChangesCanBeReadToTheirEnd())
        );
    }

    [Fact]
    public async Task PagesWithoutEndAreCounted()
    {
        var count = 0;
        var fixture = new StubFixture { Next = _ => $"{++count}" };

        Assert.Equal(
            "10,000 pages with 10,000 documents came, and none is the last: the reading seems never to end. Say isLast of the page after "
                + "which nothing comes. (A fixture's backend is to hold some 10 to 40 documents.)",
            await SaidAsync(fixture, suite => suite.NoPageIsLargerThanItsLimits())
        );
    }

    [Fact]
    public async Task EmptyPagesWithoutEndAreNamed()
    {
        var count = 0;
        var fixture = new StubFixture { Next = _ => $"{++count}", IsEmpty = true };

        Assert.Equal(
            "The page after '' holds nothing, and is not the last: go on reading until there is a document, or the end.",
            await SaidAsync(fixture, suite => suite.EveryDocumentComesExactlyOnceHoweverItIsDivided())
        );
    }

    [Fact]
    public async Task APageThatWasDisposedIsNamed()
    {
        Assert.Equal(
            "The page after '' was disposed before it was given: leave that to whoever asked for it.",
            await SaidAsync(
                new StubFixture { DisposesPages = true },
                suite => suite.EveryDocumentComesExactlyOnceHoweverItIsDivided()
            )
        );
        Assert.Equal(
            "The page of changes after '' was disposed before it was given: leave that to whoever asked for it.",
            await SaidAsync(new StubFixture { DisposesPages = true }, suite => suite.ChangesCanBeReadToTheirEnd())
        );
    }

    [Fact]
    public async Task OfAFixtureWithoutChangesNoneAreRead()
    {
        await using var suite = new Suite(new StubFixture { HasNoChanges = true, DisposesPages = true });
        await suite.InitializeAsync();

        await suite.ChangesCanBeReadToTheirEnd();
        await suite.WhatIsCancelledBeforeItBeginsAsksTheBackendNothing();
    }

    [Fact]
    public async Task ASecretInAFieldThatIsNotSensitiveIsNamed() =>
        Assert.Equal(
            "The value of the field 'key' is among the fixture's Secrets, and the field is not sensitive, so Kibana shows what users "
                + "enter: set Sensitive.",
            await SaidAsync(new StubFixture { IsSensitive = false }, suite => suite.SecretsAreNeverPrinted())
        );

    [Theory]
    [InlineData(nameof(IDataSource.PingAsync))]
    [InlineData(nameof(IDataSource.HasChangedAsync))]
    [InlineData(nameof(IDataSource.PartitionAsync))]
    [InlineData(nameof(IChangeFeed.FindCursorAsync))]
    [InlineData(nameof(IChangeFeed.ReadChangesAsync))]
    public async Task ACallThatIsNotCancelledIsNamed(string name) =>
        Assert.Equal(
            $"{name} was cancelled before it began, and asked the backend: hand the token on to every call, and let "
                + "OperationCanceledException through.",
            await SaidAsync(
                new StubFixture { WithoutToken = name },
                suite => suite.WhatIsCancelledBeforeItBeginsAsksTheBackendNothing()
            )
        );

    [Fact]
    public async Task AnAbilityThatTheDescriptionDoesNotSayIsNamed() =>
        Assert.Equal(
            "The source implements IChangeFeed, and its Description does not say HasChangeFeed = true, so it has no incremental syncs: say "
                + "it, or leave IChangeFeed out.",
            await SaidAsync(new StubFixture { HasChangeFeed = false }, suite => suite.ItDescribesItselfWithoutBeingConfigured())
        );

    [Fact]
    public async Task AnAbilityThatTheSourceDoesNotHaveIsNamed() =>
        Assert.Equal(
            "Description.HasAccessControl is true, and the source does not implement IAccessControlSource: implement it, or leave "
                + "HasAccessControl out.",
            await SaidAsync(new StubFixture { HasAccessControl = true }, suite => suite.ItDescribesItselfWithoutBeingConfigured())
        );

    [Fact]
    public async Task ASourceThatKeepsTheContractPasses()
    {
        await using var suite = new Suite(new StubFixture());
        await suite.InitializeAsync();

        await suite.ItDescribesItselfWithoutBeingConfigured();
        await suite.EveryDocumentComesExactlyOnceHoweverItIsDivided();
        await suite.ChangesCanBeReadToTheirEnd();
        await suite.WhatIsCancelledBeforeItBeginsAsksTheBackendNothing();
        await suite.SecretsAreNeverPrinted();
    }

    private static async Task<string> SaidAsync(StubFixture fixture, Func<Suite, Task> test)
    {
        await using var suite = new Suite(fixture);
        await suite.InitializeAsync();
        return (await Assert.ThrowsAnyAsync<XunitException>(() => test(suite))).Message;
    }

    private sealed class Suite(SourceFixture fixture) : SourceContractTests
    {
        protected override ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken) => new(fixture);
    }

    /// <summary>One document, and a fault where a test wants one.</summary>
    private sealed class StubFixture : SourceFixture
    {
        public override IReadOnlyCollection<string> Ids => ["a"];

        public override JsonObject Values => new() { ["key"] = "se-cr-et" };

        public override IReadOnlyCollection<string> Secrets => ["se-cr-et"];

        /// <summary>The token after one; null ends the reading.</summary>
        public Func<string, string?> Next { get; init; } = _ => null;

        /// <summary>The token of changes after one; null ends the reading.</summary>
        public Func<string, string?> NextChange { get; init; } = _ => null;

        public override bool KnowsChanges => !HasNoChanges;

        public bool HasNoChanges { get; init; }

        public bool IsEmpty { get; init; }

        public bool DisposesPages { get; init; }

        public bool IsSensitive { get; init; } = true;

        public bool HasChangeFeed { get; init; } = true;

        public bool HasAccessControl { get; init; }

        /// <summary>The method that does not hand its token on.</summary>
        public string? WithoutToken { get; init; }

        public override IDataSource Create(SourceContext context) => new StubSource(this);
    }

    private sealed class StubSource(StubFixture fixture) : IDataSource, IChangeFeed
    {
        public SourceDescription Description =>
            new()
            {
                Name = "Stub",
                ServiceType = "stub",
                Fields = [new ConfigField("key", "Key") { Sensitive = fixture.IsSensitive }],
                HasChangeFeed = fixture.HasChangeFeed,
                HasAccessControl = fixture.HasAccessControl,
            };

        public async Task PingAsync(CancellationToken cancellationToken) => Ask(nameof(PingAsync), cancellationToken);

        public async Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken)
        {
            Ask(nameof(HasChangedAsync), cancellationToken);
            return ChangeCheckResult.Unknown;
        }

        public async Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken)
        {
            Ask(nameof(PartitionAsync), cancellationToken);
            return [SourcePartition.All];
        }

        public async Task<SourcePage> ReadPageAsync(
            SourcePartition partition,
            PageToken after,
            PageLimits limits,
            CancellationToken cancellationToken
        )
        {
            Ask(nameof(ReadPageAsync), cancellationToken);
            return Page(fixture.Next(after.Value), limits);
        }

        public async Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken)
        {
            Ask(nameof(FindCursorAsync), cancellationToken);
            return new ChangeStart("now");
        }

        public async Task<ChangePage> ReadChangesAsync(
            string cursor,
            PageToken after,
            PageLimits limits,
            CancellationToken cancellationToken
        )
        {
            Ask(nameof(ReadChangesAsync), cancellationToken);
            return new ChangePage(Page(fixture.NextChange(after.Value), limits), [], "then");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private void Ask(string method, CancellationToken cancellationToken)
        {
            if (method != fixture.WithoutToken)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            fixture.Calls.Enter();
        }

        private SourcePage Page(string? next, PageLimits limits)
        {
            using var builder = new SourcePageBuilder(limits);
            if (!fixture.IsEmpty)
            {
                builder.Add("a", "{}"u8, timestamp: null);
            }

            var page = builder.Build(new PageToken(next ?? string.Empty), isLast: next is null);
            if (fixture.DisposesPages)
            {
                page.Dispose();
            }

            return page;
        }
    }
}
