using Connectors.Cli;
using Connectors.Emulator;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>elastic-ingest under systemd and in a container.</summary>
public sealed class ServiceUnitTests
{
    private static readonly Dictionary<string, string> Unit = File.ReadLines(
            Path.Combine(Approved.Root, "infra", "systemd", "elastic-ingest.service")
        )
        .Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#')
        .Select(line => line.Split('=', 2))
        .Where(pair => pair[0] != "Environment")
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    private static readonly string[] Containerfile = File.ReadAllLines(Path.Combine(Approved.Root, "infra", "container", "Containerfile"));

    [Fact]
    public async Task SigtermEndsTheServiceInOrderWithTheCodeThatTheUnitCallsSuccess()
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), TestContext.Current.CancellationToken);
        using var fixture = new ProcessFixture(server.Uri);
        await using var service = IngestProcess.Poll(fixture.Configure(server.Uri));
        await service.WritesAsync("Polled; connectors: 0", TestContext.Current.CancellationToken);
        service.Terminate();
        await service.WritesAsync("The service stops", TestContext.Current.CancellationToken);
        await service.ExitsWithAsync(
            int.Parse(Unit["SuccessExitStatus"], System.Globalization.CultureInfo.InvariantCulture),
            TestContext.Current.CancellationToken
        );
        Assert.Equal("SIGTERM", Unit["KillSignal"]);
        Assert.Contains("STOPSIGNAL SIGTERM", Containerfile);
    }

    [Fact]
    public void TheUnitStartsPollingAndDoesNotRepeatWhatCannotSucceed()
    {
        Assert.Equal("/opt/elastic-ingest/elastic-ingest poll -c /etc/elastic-ingest/config.yml", Unit["ExecStart"]);
        Assert.Equal($"{ExitCode.Usage} {ExitCode.Configuration}", Unit["RestartPreventExitStatus"]);
        Assert.Equal("on-failure", Unit["Restart"]);
        Assert.Equal(("yes", "strict", string.Empty), (Unit["NoNewPrivileges"], Unit["ProtectSystem"], Unit["CapabilityBoundingSet"]));
        Assert.True(Unit["DynamicUser"] == "yes" && Unit["StateDirectory"] == "elastic-ingest");
    }

    [Fact]
    public void TheContainerRunsTheCommandAsNobodyInParticularAndKeepsItsState()
    {
        Assert.Contains("USER 1654:1654", Containerfile);
        Assert.Contains("VOLUME /state", Containerfile);
        Assert.Contains("ENV Connectors__service__state_dir=/state/elastic-ingest", Containerfile);
        Assert.Contains("""ENTRYPOINT ["dotnet", "/app/elastic-ingest.dll"]""", Containerfile);
        Assert.Equal(2, Containerfile.Count(line => line.StartsWith("FROM ", StringComparison.Ordinal)));
        var project = File.ReadAllText(Path.Combine(Approved.Root, "Connectors.Cli", "Connectors.Cli.csproj"));
        Assert.Contains("<AssemblyName>elastic-ingest</AssemblyName>", project, StringComparison.Ordinal);
    }
}
