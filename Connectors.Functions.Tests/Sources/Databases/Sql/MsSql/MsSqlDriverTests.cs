using System.Diagnostics;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Connectors.Tests.Support.Tds;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>The driver with cultures and without.</summary>
public sealed class MsSqlDriverTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WithCulturesTheDriverDoesWhatItsTestsSay()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (
            var argument in (string[])
                [
                    Path.Combine(AppContext.BaseDirectory, "Connectors.Functions.Tests.dll"),
                    "-class",
                    typeof(MsSqlServerTests).FullName!,
                    "-class",
                    typeof(MsSqlTlsTests).FullName!,
                ]
        )
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[MsSqlCultures.Variable] = "false";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("Failed: 0, Skipped: 0", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutCulturesItIsSaidHowToGetThem()
    {
        await using var server = new TdsTestServer(_ => TdsAnswer.Done);
        await using var source = new MsSqlDataSource(MsSqlBed.Context(("port", server.Port)));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("Install ICU (the package libicu)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Logins);
    }
}
