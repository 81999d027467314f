using Connectors.Testing;

namespace Connectors.Tests.Sources.Rest.HttpJson;

/// <summary>The contract, whichever way one page leads to the next.</summary>
public abstract class HttpJsonContractTests(string paging) : StoppableSourceContractTests
{
    protected override async ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken)
    {
        var fixture = new EndpointFixture(paging);
        await fixture.StartAsync(cancellationToken);
        return fixture;
    }
}

public sealed class HttpJsonNumberedContractTests() : HttpJsonContractTests("page");

public sealed class HttpJsonNextContractTests() : HttpJsonContractTests("next");

public sealed class HttpJsonCursorContractTests() : HttpJsonContractTests("cursor");

public sealed class HttpJsonLinkContractTests() : HttpJsonContractTests("link");

public sealed class HttpJsonSignedContractTests() : HttpJsonContractTests("signed");
