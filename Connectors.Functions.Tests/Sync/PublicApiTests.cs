using Connectors.Sync;
using Connectors.Tests.Support;
using PublicApiGenerator;
using Xunit;

namespace Connectors.Tests.Sync;

public sealed class PublicApiTests
{
    [Fact]
    public void ThePublicSurfaceIsTheApprovedOne()
    {
        var assembly = typeof(ConnectorException).Assembly;
        var types = assembly.GetExportedTypes();
        Assert.InRange(types.Count(type => !type.IsNested), 20, 140);

        Approved.Verify(assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }), "Connectors.Sync/PublicApi.approved.txt");
    }
}
