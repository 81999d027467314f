using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Support.Processes;
using Connectors.Tests.Support.Tds;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>The driver with cultures and without.</summary>
public sealed class MsSqlDriverTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Cultures belong to a process: the tests that need them are explicit ones, which run in this one.</summary>
    [Fact]
    public async Task WithCulturesTheDriverDoesWhatItsTestsSay()
    {
        MsSqlCultures.Require();
        await using var process = new TestProcess(
            "-explicit",
            "only",
            "-class",
            typeof(MsSqlServerTests).FullName!,
            "-class",
            typeof(MsSqlTlsTests).FullName!
        );
        await process.ExitsWithAsync(0, Cancellation);
        Assert.Contains("Total: 28, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0", process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutCulturesItIsSaidHowToGetThem()
    {
        await using var server = new TdsTestServer(_ => TdsAnswer.Done);
        await using var source = new MsSqlDataSource(MsSqlFixture.Context(("port", server.Port)));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("Install ICU (the package libicu)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Logins);
    }

    private sealed class TestProcess(params string[] arguments)
        : ChildProcess(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Connectors.Functions.Tests.dll"), "-noColor", .. arguments],
            [new(MsSqlCultures.Variable, "false")]
        );
}
