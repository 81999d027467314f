using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Abstractions;

/// <summary>A broken fixture is told once, in a sentence, before any test of the contract.</summary>
public sealed class FixtureCheckTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFixtureThatCantBeMadeIsOneSentence()
    {
        var check = await FixtureCheck.RunAsync<Unmade>(NullLoggerFactory.Instance, Token);

        Assert.Equal("Unmade: its constructor fails: There is no server here.", check.Problem);
    }

    [Fact]
    public async Task ASourceThatDoesNotAnswerIsOneSentence()
    {
        var check = await FixtureCheck.RunAsync<Silent>(NullLoggerFactory.Instance, Token);

        Assert.Equal("Silent: its source does not answer: Nobody is there.", check.Problem);
        Assert.Null(new BrokenFixtureException(check.Problem!).StackTrace);
    }

    [Fact]
    public async Task OfAFixtureThatWorksThereIsNothingToSay() =>
        Assert.Null((await FixtureCheck.RunAsync<Working>(NullLoggerFactory.Instance, Token)).Problem);

    private sealed class Unmade : StubFixture
    {
        public Unmade() => throw new InvalidOperationException("There is no server here.");
    }

    private sealed class Silent : StubFixture
    {
        public override IDataSource Create(SourceContext context) => new Source(context, isThere: false);
    }

    private sealed class Working : StubFixture;

    private abstract class StubFixture : SourceFixture
    {
        public override IReadOnlyCollection<string> Ids => [];

        public override JsonObject Values => [];

        public override IDataSource Create(SourceContext context) => new Source(context, isThere: true);
    }

    private sealed class Source(SourceContext context, bool isThere) : EnumerableDataSource(context)
    {
        public override SourceDescription Description { get; } =
            new()
            {
                Name = "Stub",
                ServiceType = "stub",
                Fields = [],
            };

        public override Task PingAsync(CancellationToken cancellationToken) =>
            isThere ? Task.CompletedTask : throw new ConnectorException("Nobody is there.");

        protected override IAsyncEnumerable<SimpleDocument> ReadAsync(SourcePartition partition, CancellationToken cancellationToken) =>
            AsyncEnumerable.Empty<SimpleDocument>();
    }
}
