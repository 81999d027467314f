using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.GraphQL;

public sealed class GraphQLContractTests : ReplayContractTests
{
    private protected override ReplaySource Source => GraphQLReplay.Source;
}
