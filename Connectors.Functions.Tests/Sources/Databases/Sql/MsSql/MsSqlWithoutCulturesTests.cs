using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Support.Tds;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>A program that was started as it is, without cultures.</summary>
public sealed class MsSqlWithoutCulturesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ItIsSaidHowToGetThem()
    {
        Assert.SkipWhen(MsSqlCultures.WhyMissing() is null, "this process has cultures");
        await using var server = new TdsTestServer(_ => TdsAnswer.Done);
        await using var source = new MsSqlDataSource(MsSqlFixture.Context(("port", server.Port)));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("Install ICU (the package libicu)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Logins);
    }
}
