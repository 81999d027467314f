using System.Net.Sockets;
using System.Text.Json.Nodes;
using Connectors.LocalHost.DevHost;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>What wrong settings and options make of the local host: never a stack trace.</summary>
public sealed class LocalHostSettingsTests : IDisposable
{
    private const string Nowhere = "http://127.0.0.1:1";
    private readonly TemporaryFolder _folder = TemporaryFolder.With("file");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ItStartsWhateverTheSettingsAreAndTellsAllThatIsWrong()
    {
        await using var app = FunctionsProcess.Run(
            ["--port", "0"],
            ("Connectors__elasticsearch__host", "127.0.0.1:22200"),
            ("ConnectorsPollSchedule", "bogus"),
            ("ConnectorsCleanUpSchedule", "0 0 0 31 2 *"),
            ("ConnectorsHistoryDays", "abc"),
            ("ConnectorsStagingFolder", _folder["file"]),
            ("APPLICATIONINSIGHTS_CONNECTION_STRING", "bogus"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "bogus")
        );
        var line = await app.WritesAsync("- The app is at ", Token);
        await app.WritesAsync("- The configuration is wrong, as ", Token);
        await app.WritesAsync("- All of it is lost at the end", Token);
        using var http = new HttpClient();

        using var answer = await http.GetAsync(new Uri(line.Split(' ')[5].TrimEnd(',')), Token);

        var problems = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!["checks"]!["configuration"]!["problems"]!.AsArray();
        Assert.Equal(7, problems.Count);
        Assert.All(problems, problem =>
            Assert.Contains($"The configuration is wrong: {problem}", app.Output, StringComparison.Ordinal)
        );
        app.Terminate();
        await app.ExitsWithAsync(0, Token);
        Assert.DoesNotContain("   at ", app.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ConnectorsPollSchedule", "bogus")]
    [InlineData("ConnectorsPollSchedule", "* * *")]
    [InlineData("ConnectorsPollSchedule", "99999999999 * * * * *")]
    [InlineData("ConnectorsPollSchedule", "0 0 0 30 2 *")]
    [InlineData("ConnectorsPollSchedule", "10675199.00:00:00")]
    [InlineData("ConnectorsCleanUpSchedule", "-00:05:00")]
    [InlineData("Connectors__elasticsearch__host", "http://")]
    [InlineData("Connectors__elasticsearch__host", ",")]
    [InlineData("Connectors__elasticsearch__host", "ftp://127.0.0.1")]
    [InlineData("AzureWebJobsStorage", "bogus")]
    [InlineData("AzureWebJobsStorage__accountName", "my account")]
    public async Task AWrongSettingKeepsNoHostFromStarting(string name, string value)
    {
        await using var app = await StartAsync((name, value));

        Assert.False(app.IsConfigured);
    }

    [Theory]
    [InlineData("ConnectorsPollSchedule")]
    [InlineData("ConnectorsStagingFolder")]
    [InlineData("AzureWebJobsStorage")]
    public async Task AnEmptySettingIsNone(string name)
    {
        await using var app = await StartAsync((name, ""));

        Assert.True(app.IsConfigured);
    }

    [Fact]
    public async Task APasswordInTheAddressIsNotShown()
    {
        using var output = new StringWriter();
        await using var app = await StartAsync(output, ("Connectors__elasticsearch__host", "http://elastic:s3cret@127.0.0.1:1"));

        Assert.False(app.IsConfigured);
        Assert.Contains("- The app is at http://127.0.0.1:", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderThatIsAFileIsToldWithTheWayOut()
    {
        await using var app = FunctionsProcess.Run(["--port", "0", "--folder", _folder["file"]]);

        await app.ExitsWithAsync(1, Token);

        Assert.Contains(
            $"The folder '{_folder["file"]}' can't be used; --folder PATH takes another one. ",
            app.Output,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("   at ", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecondHostOnAFolderWithoutTheEmulatorIsToldTheWayOut()
    {
        await using var first = await StartAsync();

        var refusal = await Assert.ThrowsAsync<IOException>(() => StartAsync());

        Assert.EndsWith(
            "is in use by another local host: end it, or choose another folder. --folder PATH takes another one.",
            refusal.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void APortForPrivilegedUsersIsToldWithTheWayOut() =>
        Assert.Equal(
            "Port 80 of 127.0.0.1 is for privileged users only. --port N takes another one, --port 0 any that is free.",
            HostFailures.Explain(new SocketException((int)SocketError.AccessDenied), 80)
        );

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--once --help")]
    public async Task HelpIsTheUsageAndNoFailure(string options)
    {
        await using var app = FunctionsProcess.Run(options.Split(' '));

        await app.ExitsWithAsync(0, Token);

        Assert.Contains(LocalArguments.Usage.ReplaceLineEndings("\n").TrimEnd(), app.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("there is no such option", app.Output, StringComparison.Ordinal);
    }

    private Task<DevHostRun> StartAsync(params (string Name, string Value)[] settings) => StartAsync(TextWriter.Null, settings);

    private async Task<DevHostRun> StartAsync(TextWriter output, params (string Name, string Value)[] settings)
    {
        Assert.True(LocalArguments.TryParse(["--port", "0"], out var arguments, out _));
        var all = new Dictionary<string, string> { ["Connectors__elasticsearch__host"] = Nowhere };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return await DevHostRun.StartAsync(_folder.Path, arguments, all, output, Token);
    }
}
