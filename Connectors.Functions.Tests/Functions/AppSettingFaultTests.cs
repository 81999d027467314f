using System.Text.Json.Nodes;
using Connectors.Functions.Hosting;
using Connectors.Functions.Http;
using Connectors.Tests.LocalHost.Durable;
using Connectors.Tests.Support;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Trace;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>App settings of this host with wrong values: the app says so in the log and at <c>/api/health</c>.</summary>
public sealed class AppSettingFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.With("file");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ConnectorsHistoryDays", "abc", "\"abc\" is not a whole number of days, 1 to 3650. The default is 7.")]
    [InlineData("ConnectorsHistoryDays", "-3", "\"-3\" is not a whole number of days, 1 to 3650. The default is 7.")]
    [InlineData("ConnectorsHistoryDays", "0", "\"0\" is not a whole number of days, 1 to 3650. The default is 7.")]
    [InlineData("ConnectorsHistoryDays", "3651", "\"3651\" is not a whole number of days, 1 to 3650. The default is 7.")]
    [InlineData("ConnectorsHistoryDays", "99999999999", "the value is not a whole number of days, 1 to 3650. The default is 7.")]
    [InlineData("ConnectorsPollSchedule", "bogus", "\"bogus\" is not a schedule. Write NCRONTAB with six fields, seconds first: */30 * *")]
    [InlineData("ConnectorsPollSchedule", "99999999999 * * * * *", "the value is not a schedule.")]
    [InlineData("ConnectorsPollSchedule", "* * * * * * *", "the value is not a schedule.")]
    [InlineData("ConnectorsPollSchedule", "0 0 9 ? * *", "the value is not a schedule.")]
    [InlineData("ConnectorsPollSchedule", " ", "the value is not a schedule.")]
    [InlineData("ConnectorsPollSchedule", "5", "\"5\" is not a schedule.")]
    [InlineData("ConnectorsPollSchedule", "00:00:00", "the value is not a schedule.")]
    [InlineData("ConnectorsPollSchedule", "10675199.00:00:00", "the value is not a schedule.")]
    [InlineData("ConnectorsCleanUpSchedule", "0 0 0 30 2 *", "a time that never comes, such as the 30th of February. Write a schedule")]
    [InlineData(
        "ConnectorsCleanUpSchedule",
        "never",
        "\"never\" is not a schedule. Write NCRONTAB with six fields, seconds first: 0 */5 * *"
    )]
    [InlineData("ConnectorsStagingContainer", "Staging", "\"Staging\" is not a container's name: 3 to 63 lower-case letters, digits and")]
    [InlineData("ConnectorsStagingContainer", "a--b", "the value is not a container's name")]
    [InlineData("ConnectorsStagingContainer", "ab", "\"ab\" is not a container's name")]
    [InlineData("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "no", "\"no\" is not true or false. The default is true.")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "the value is not an address. Write it with scheme and port: http://")]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "bogus", "\"bogus\" is not a connection string: InstrumentationKey=")]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=1", "the value is not a connection string")]
    [InlineData("AZURE_CLIENT_ID", "me", "\"me\" is not the client id of an identity. Copy it from the identity's page.")]
    [InlineData("AzureWebJobsStorage__clientId", "me", "\"me\" is not the client id of an identity.")]
    public async Task AWrongValueIsToldInTheLogAndByHealth(string name, string value, string told)
    {
        using var log = new ListLoggerProvider();
        await using var app = App(log, (name, value));

        var problem = Assert.Single(app.Problems);

        Assert.StartsWith($"{name}: {told}", problem, StringComparison.Ordinal);
        Assert.Equal([$"The configuration is wrong: {problem}"], log.Lines(typeof(ConnectorApp).FullName!, LogLevel.Error));
        var health = (ContentResult)await new ServiceApi(app).HealthAsync(null!, Token);
        Assert.Equal(503, health.StatusCode);
        Assert.Equal(problem, (string?)JsonNode.Parse(health.Content!)!["checks"]!["configuration"]!["problems"]![0]);
    }

    [Theory]
    [InlineData("ConnectorsHistoryDays", "1")]
    [InlineData("ConnectorsHistoryDays", "3650")]
    [InlineData("ConnectorsHistoryDays", "")]
    [InlineData("ConnectorsPollSchedule", "*/30 * * * * *")]
    [InlineData("ConnectorsPollSchedule", "*/5 * * * *")]
    [InlineData("ConnectorsPollSchedule", "00:05:00")]
    [InlineData("ConnectorsPollSchedule", "0 0 0 29 2 Mon")]
    [InlineData("ConnectorsStagingContainer", "staging-2")]
    [InlineData("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "False")]
    [InlineData("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example/v1")]
    [InlineData("AZURE_CLIENT_ID", "01234567-89ab-cdef-0123-456789abcdef")]
    public async Task ARightValueIsTaken(string name, string value)
    {
        await using var app = App(NullLoggerProvider.Instance, (name, value));

        Assert.Empty(app.Problems);
    }

    /// <summary>Connectors of other sources are served all the same.</summary>
    [Theory]
    [InlineData("Acme.Gone.GoneDataSource, Acme.Gone", "the assembly Acme.Gone is neither part of the app nor in ")]
    [InlineData("Connectors.Tests.Functions.Nothing, Connectors.Functions.Tests", "there is no public class Connectors.Tests.Functions.N")]
    public async Task AClassOfASourceThatCanNotBeUsedIsToldInTheLogAndByHealth(string name, string told)
    {
        using var log = new ListLoggerProvider();
        await using var app = App(log, ("Connectors__sources__gone", name));

        Assert.Empty(app.Problems);
        var problem = Assert.Single(app.SourceProblems);
        Assert.StartsWith($"sources.gone: {told}", problem, StringComparison.Ordinal);
        Assert.Equal([$"The configuration is wrong: {problem}"], log.Lines(typeof(ConnectorApp).FullName!, LogLevel.Error));
        var health = (ContentResult)await new ServiceApi(app).HealthAsync(null!, Token);
        Assert.Equal(503, health.StatusCode);
        Assert.Equal(problem, (string?)JsonNode.Parse(health.Content!)!["checks"]!["configuration"]!["problems"]![0]);
        Assert.NotNull(app.Services);
    }

    [Theory]
    [InlineData("ConnectorsHistoryDay", "ConnectorsHistoryDay: there is no such setting. Did you mean ConnectorsHistoryDays?")]
    [InlineData("connectorsPollShedule", "connectorsPollShedule: there is no such setting. Did you mean ConnectorsPollSchedule?")]
    [InlineData("connectorshistorydays", null)]
    [InlineData("ConnectorsColour", null)]
    public async Task AMisspeltSettingIsTold(string name, string? told)
    {
        using var log = new ListLoggerProvider();
        await using var app = App(log, (name, "5"));

        Assert.Empty(app.Problems);
        Assert.Equal(told is null ? [] : [$"Configuration: {told}"], log.Lines(typeof(ConnectorApp).FullName!, LogLevel.Information));
    }

    [Fact]
    public async Task EachSettingOfThePageIsKnownToWhoeverMistypesIt()
    {
        const string Row = "| `Connectors";
        var page = await File.ReadAllLinesAsync(Path.Combine(Approved.Root, "docs", "functions.md"), Token);
        var names = page.Where(line => line.StartsWith(Row, StringComparison.Ordinal) && char.IsUpper(line[Row.Length]))
            .Select(line => line.Split('`')[1])
            .ToList();

        Assert.Equal(5, names.Count);
        Assert.All(names, name =>
            Assert.Equal(
                [$"{name}x: there is no such setting. Did you mean {name}?"],
                AppSettingFaults.Misspelt(new AppSettings { Variables = new Dictionary<string, string> { [name + "x"] = "5" } })
            )
        );
    }

    [Theory]
    [InlineData(null, 7)]
    [InlineData("", 7)]
    [InlineData("30", 30)]
    [InlineData("0", 7)]
    [InlineData("-3", 7)]
    [InlineData("abc", 7)]
    [InlineData("2147483647", 7)]
    public void AWrongNumberOfDaysIsTheDefault(string? written, int days)
    {
        var variables = new Dictionary<string, string>();
        if (written is not null)
        {
            variables["ConnectorsHistoryDays"] = written;
        }

        Assert.Equal(days, new AppSettings { Variables = variables }.HistoryDays);
    }

    /// <summary>The exporters throw what they can't read, when the app starts.</summary>
    [Theory]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "bogus", false)]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=", false)]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "IngestionEndpoint=https://x.example", false)]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=01234567-89ab-cdef-0123-456789abcdef;LiveEndpoint=x", false)]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=01234567-89ab-cdef-0123-456789abcdef", true)]
    [InlineData(
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "InstrumentationKey=01234567-89ab-cdef-0123-456789abcdef;IngestionEndpoint=https://127.0.0.1:1/;LiveEndpoint=https://127.0.0.1:1/",
        true
    )]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "bogus", false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", true)]
    public async Task TelemetryThatCantBeSentKeepsNoAppFromStarting(string name, string value, bool isSent)
    {
        var settings = new AppSettings { Variables = new Dictionary<string, string> { [name] = value } };
        await using var services = new ServiceCollection().AddLogging().AddConnectors(settings).BuildServiceProvider();

        Assert.NotNull(services.GetRequiredService<TracerProvider>());
        Assert.Equal(isSent, settings.ExportsTelemetry || settings.MonitorConnection is not null);
    }

    [Fact]
    public async Task AStagingFolderThatIsAFileIsTold()
    {
        await using var app = App(NullLoggerProvider.Instance, ("ConnectorsStagingFolder", _folder["file"]));

        var problem = Assert.Single(app.Problems);
        Assert.StartsWith(
            "ConnectorsStagingFolder: set it to a folder in which this process's user may write, or to one that does not exist yet. "
                + $"'{_folder["file"]}' can't be used: ",
            problem,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AStagingFolderIsMadeAndLeftEmpty()
    {
        await using var app = App(NullLoggerProvider.Instance, ("ConnectorsStagingFolder", _folder["new/staging"]));

        Assert.Empty(app.Problems);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["new/staging"]));
    }

    [Fact]
    public async Task EveryFaultIsToldAtOnceWhereverItIs()
    {
        await using var app = App(
            NullLoggerProvider.Instance,
            ("ConnectorsHistoryDays", "abc"),
            ("ConnectorsPollSchedule", "bogus"),
            ("ConnectorsStagingFolder", _folder["file"]),
            ("Connectors__elasticsearch__host", "127.0.0.1:22200")
        );

        Assert.Equal(
            [
                "ConnectorsPollSchedule",
                "ConnectorsHistoryDays",
                "environment variable Connectors__elasticsearch__host",
                "ConnectorsStagingFolder",
            ],
            app.Problems.Select(problem => problem.Split(':')[0])
        );
    }

    private ConnectorApp App(ILoggerProvider log, params (string Name, string Value)[] variables)
    {
        var all = new Dictionary<string, string> { ["ConnectorsStagingFolder"] = _folder["staging"] };
        foreach (var (name, value) in variables)
        {
            all[name] = value;
        }

        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        return new ConnectorApp(new AppSettings { Variables = all }, TimeProvider.System, loggers);
    }
}
