using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Support;
using PublicApiGenerator;
using Xunit;

namespace Connectors.Tests.Conventions;

public sealed class PublicApiTests
{
    [Fact]
    public void ThePublicSurfaceIsTheApprovedOne()
    {
        var assembly = typeof(ConnectorException).Assembly;
        var types = assembly.GetExportedTypes();

        // A source is one public class, because config.yml can name it; it adds nothing to learn.
        Assert.InRange(types.Count(type => !type.IsNested && !typeof(IDataSource).IsAssignableFrom(type)), 20, 59);

        Approved.Verify(assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }), "Connectors.Sync/PublicApi.approved.txt");
    }

    [Fact]
    public void WhatTestsOfSourcesUseIsTheApprovedSurface()
    {
        var assembly = typeof(SourceContractTests).Assembly;
        Assert.InRange(assembly.GetExportedTypes().Length, 5, 10);
        // Those of the tests hold where the file was compiled.
        Approved.Verify(assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false, ExcludeAttributes = ["Xunit.FactAttribute"] }), "Connectors.Testing/PublicApi.approved.txt");
    }
}
