using Connectors.Abstractions;
using Connectors.Testing;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>
/// The contract of a source that is asked over HTTP: that of all sources, and each way in which each single call can fail. Derive, name
/// the replay, done.
/// </summary>
public abstract class ReplayContractTests : StoppableSourceContractTests
{
    private static readonly PageLimits Small = new(3, 1024 * 1024);

    /// <summary>The ways in which a call can fail.</summary>
    public static TheoryData<string> Faults => [.. Enum.GetNames<ReplayFault>()];

    /// <summary>What is replayed.</summary>
    private protected abstract ReplaySource Source { get; }

    /// <summary>The run that is replayed.</summary>
    private protected virtual string Run => "first";

    /// <summary>Ids of its documents: the recorded ones, but for deliberate differences.</summary>
    private protected virtual IReadOnlyCollection<string> IdsOf(Recording recording) =>
        [.. recording.Documents(Run).Select(document => (string)document["_id"]!).Distinct(StringComparer.Ordinal)];

    private ReplayServer Server => ((ReplayFixture)Fixture).Server;

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task WhicheverCallFailsTheEndIsRightOrAnHonestError(string name)
    {
        var fault = Enum.Parse<ReplayFault>(name);
        var reached = 0;
        for (var call = 0; ; call++)
        {
            Server.Reset((call, fault));
            await using var source = Open();
            List<ReadPage> pages = [];
            try
            {
                foreach (var partition in await source.PartitionAsync(2, Cancellation))
                {
                    pages.AddRange(await source.PartitionAsync(partition, PageToken.Start, Small, Cancellation));
                }

                var seen = pages.SelectMany(page => page.Unreadable).Concat(pages.Ids()).ToHashSet(StringComparer.Ordinal);
                Assert.True(
                    pages.Any(page => page.Gap is not null) || seen.IsSupersetOf(Fixture.Ids),
                    $"Call {call} failed, the reading ended as if it had not, and documents are missing."
                );
            }
            catch (ConnectorException failure)
            {
                Assert.True(failure.Message.Length > 15, failure.Message);
                Assert.All(Fixture.Secrets, secret => Assert.DoesNotContain(secret, failure.ToString(), StringComparison.Ordinal));
            }

            if (Server.Count <= call)
            {
                Assert.True(reached > 0, "No call could be made to fail.");
                return;
            }

            reached++;
            Assert.InRange(reached, 1, 500);
        }
    }

    [Fact]
    public async Task NoRequestIsUnknownToTheRecording()
    {
        await using var source = Open();
        await source.PingAsync(Cancellation);
        await source.AllAsync(2, Small, Cancellation);
        Assert.Empty(Server.Unknown);
    }

    /// <inheritdoc/>
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        var fixture = new ReplayFixture(Source, IdsOf(new Recording(Source, Run)));
        await fixture.StartAsync(Run, cancellationToken);
        return fixture;
    }
}
