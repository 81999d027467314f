using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sync.Engine;
using Connectors.Testing;
using Connectors.Tests.Support;
using PublicApiGenerator;
using Xunit;

namespace Connectors.Tests.Conventions;

public sealed class PublicApiTests
{
    [Fact]
    public void WhatTheAuthorOfASourceUsesIsTheApprovedSurface()
    {
        var assembly = typeof(IDataSource).Assembly;
        Assert.InRange(assembly.GetExportedTypes().Length, 20, 39);
        Approved.Verify(
            assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }),
            "Connectors.Abstractions/PublicApi.approved.txt"
        );
    }

    [Fact]
    public void ThePublicSurfaceOfTheServiceIsTheApprovedOne()
    {
        var assembly = typeof(SyncCounts).Assembly;
        Assert.InRange(assembly.GetExportedTypes().Length, 10, 29);
        Approved.Verify(
            assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }),
            "Connectors.Sync/PublicApi.approved.txt"
        );
    }

    [Fact]
    public void OfTheBuiltInSourcesOnlyTheirClassesArePublic()
    {
        var assembly = typeof(BuiltInSources).Assembly;
        var types = assembly.GetExportedTypes();
        Assert.InRange(types.Length, BuiltInSources.Classes.Count, 60);
        Assert.Equal([typeof(BuiltInSources)], types.Where(type => !typeof(IDataSource).IsAssignableFrom(type)));
        Approved.Verify(
            assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }),
            "Connectors.Sources/PublicApi.approved.txt"
        );
    }

    [Fact]
    public void WhatTestsOfSourcesUseIsTheApprovedSurface()
    {
        var assembly = typeof(SourceContractTests).Assembly;
        Assert.InRange(assembly.GetExportedTypes().Length, 5, 10);
        // Those of the tests hold where the file was compiled.
        Approved.Verify(
            assembly.GeneratePublicApi(
                new ApiGeneratorOptions { IncludeAssemblyAttributes = false, ExcludeAttributes = ["Xunit.FactAttribute"] }
            ),
            "Connectors.Testing/PublicApi.approved.txt"
        );
    }
}
