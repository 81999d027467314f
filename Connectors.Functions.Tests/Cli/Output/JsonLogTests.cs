using System.Reflection;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Cli;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output;
using Connectors.Emulator;
using Connectors.Sources;
using Connectors.Sync.Diagnostics;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Cli.Output;

/// <summary>The log as JSON: every message of the product, with values of any type.</summary>
public sealed class JsonLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Values of parameters, and what stands in the line.</summary>
    public static TheoryData<object?, string> Values =>
        new()
        {
            { null, "null" },
            { true, "true" },
            { "text \"quoted\"", "\"text \\\"quoted\\\"\"" },
            { 'x', "\"x\"" },
            { 2, "2" },
            { (byte)7, "7" },
            { (short)-7, "-7" },
            { uint.MaxValue, "4294967295" },
            { long.MinValue, "-9223372036854775808" },
            { ulong.MaxValue, "18446744073709551615" },
            { 0.3, "0.3" },
            { 0.5f, "0.5" },
            { double.NaN, "\"NaN\"" },
            { 1.5m, "1.5" },
            { TimeSpan.FromSeconds(90), "\"00:01:30\"" },
            { DateTimeOffset.UnixEpoch, "\"1970-01-01T00:00:00.0000000+00:00\"" },
            { DateTime.UnixEpoch, "\"1970-01-01T00:00:00.0000000Z\"" },
            { new Uri("http://user:pass@a.test/?q=1"), "\"http://***@a.test/?q=1\"" },
            { LogLevel.Warning, "\"Warning\"" },
            { FailureKind.Retry, "\"Retry\"" },
            { Guid.Empty, "\"00000000-0000-0000-0000-000000000000\"" },
            { new object?[] { 1, "b", null }, "[1,\"b\",null]" },
            { new List<int> { 1, 2 }, "[1,2]" },
            { new JsonObject { ["a"] = 1 }, "\"{\\n  \\\"a\\\": 1\\n}\"" },
            { new Version(9, 4), "\"9.4\"" },
        };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void AValueOfAnyTypeIsWritten(object? value, string expected)
    {
        var line = new LogLine(DateTimeOffset.UnixEpoch, LogLevel.Information, "c", new EventId(1, "Tested"), "It was tested", null);

        var json = JsonNode.Parse(line.ToJson([KeyValuePair.Create("Value", value)]))!;

        Assert.Equal(expected, json["labels.Value"]?.ToJsonString(JsonLine.Options) ?? "null");
    }

    [Fact]
    public void EveryMessageOfTheProductIsALineOfJson()
    {
        using var log = new Written();
        var logger = log.Output.Factory.CreateLogger("c");
        var messages = new[] { typeof(SyncTelemetry).Assembly, typeof(BuiltInSources).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => method.GetCustomAttribute<LoggerMessageAttribute>() is not null)
            .ToList();

        foreach (var message in messages)
        {
            message.Invoke(null, [.. message.GetParameters().Select(parameter => ValueOf(parameter.ParameterType, logger))]);
        }

        Assert.True(messages.Count > 50, $"only {messages.Count} messages were found");
        Assert.Equal(messages.Select(message => message.Name), log.Lines.Select(line => (string?)line["event.action"]));
        var polled = Assert.Single(log.Lines, line => (string?)line["event.action"] == nameof(ServiceLog.PollDone));
        Assert.Equal(42, (int?)polled["labels.Connectors"]);
    }

    [Fact]
    public void AMessageThatCanNotBeShownIsNamed()
    {
        using var log = new Written();

#pragma warning disable CA1848, CA2254 // A value that no message of the product has.
        log.Output.Factory.CreateLogger("c").LogWarning(new EventId(7, "Odd"), "Value: {Value}", new Unspeakable());
#pragma warning restore CA1848, CA2254

        var line = Assert.Single(log.Lines);
        Assert.Equal(
            ("Odd", "Event Odd can't be shown: InvalidTimeZoneException."),
            ((string?)line["event.action"], (string?)line["message"])
        );
    }

    [Fact]
    public void AMessageCarriesTheValuesOfWhatItIsAPartOf()
    {
        using var log = new Written();
        var logger = log.Output.Factory.CreateLogger("c");

        using (logger.BeginScope(new Dictionary<string, object?> { ["ConnectorId"] = "c1", ["Delay"] = 7 }))
        {
            SyncLog.SourceRetried(logger, "an answer", 0.3, 300, "closed.");
        }

        SyncLog.SourceRetried(logger, "an answer", 0.3, 300, "closed.");

        Assert.Equal(["c1", null], log.Lines.Select(line => (string?)line["labels.ConnectorId"]));
        Assert.All(log.Lines, line => Assert.Equal(0.3, (double?)line["labels.Delay"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ALogThatCanNotBeWrittenEndsNothing(bool json)
    {
        using var shutdown = new ShutdownSignals(_ => { });
        using var log = new LogOutput(Environment(new ClosedWriter(), shutdown), LogLevel.Trace, json);

        ServiceLog.SecretsRemoved(log.Factory.CreateLogger("c"), 1);
    }

    /// <summary>In a process of its own: what a process has written before must not matter.</summary>
    [Theory]
    [InlineData("--filebeat", "--log-level", "INFO")]
    [InlineData("--filebeat", "--debug")]
    [InlineData("--json", "--debug")]
    public async Task ASyncWithAJsonLogCompletes(params string[] options)
    {
        using var tree = TemporaryFolder.With("a.txt", "b.txt");
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var config = fixture.Configure(server.Uri);
        var connector = await fixture.ConnectAsync("dir", "search-logged", new() { ["directory"] = tree.Path });

        await using var sync = IngestProcess.Command(config, ["sync", connector.Id, .. options]);
        await sync.ExitsWithAsync(0, Token);

        var ended = JsonNode.Parse(await sync.WritesAsync("\"event.action\":\"Ends\"", Token))!;
        Assert.Equal(2, (int?)ended["labels.Created"]);
        Assert.Equal((connector.Id, "search-logged"), ((string?)ended["labels.ConnectorId"], (string?)ended["labels.IndexName"]));
        Assert.Equal(2, (await fixture.DocumentsAsync("search-logged")).Count);
    }

    [Fact]
    public async Task TheServiceWithAJsonLogServes()
    {
        using var tree = TemporaryFolder.With("a.txt", "b.txt");
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        var connector = await fixture.ConnectAsync("dir", "search-logged", new() { ["directory"] = tree.Path });
        await fixture.StartSyncAsync(connector.Id);

        await using var service = IngestProcess.Command(fixture.Configure(server.Uri), ["poll", "--one-sync", "--filebeat"]);
        await service.ExitsWithAsync(0, Token);

        await service.WritesAsync("\"event.action\":\"PollDone\"", Token);
        Assert.DoesNotContain("\"log.level\":\"error\"", service.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await fixture.DocumentsAsync("search-logged")).Count);
    }

    /// <summary>What watches the log of a service sees no other output of it.</summary>
    [Theory]
    [InlineData("\"event.action\":\"JobFailed\"", "poll", "--one-sync", "--filebeat")]
    [InlineData("\"event.action\":\"JobFailed\"", "poll", "--one-sync", "--json")]
    [InlineData("ERROR    ", "poll", "--one-sync")]
    [InlineData("\"event.action\":\"JobFailed\"", "sync", "search-logged", "--filebeat")]
    public async Task AFailedSyncIsAnErrorInTheLogOfAService(string line, params string[] command)
    {
        await using var server = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);
        using var fixture = new ProcessFixture(server.Uri);
        using var tree = TemporaryFolder.With("a.txt");
        var folder = Path.Combine(tree.Path, "b");
        Directory.CreateDirectory(folder);
        var connector = await fixture.ConnectAsync("dir", "search-logged", new() { ["directory"] = folder });
        if (command[0] == "poll")
        {
            await fixture.StartSyncAsync(connector.Id);
        }

        Directory.Delete(folder);
        await using var service = IngestProcess.Command(fixture.Configure(server.Uri), command);
        await service.ExitsWithAsync(1, Token);

        Assert.Contains(folder, await service.WritesAsync(line, Token), StringComparison.Ordinal);
    }

    private static object ValueOf(Type type, ILogger logger) =>
        type == typeof(ILogger) ? logger
        : type == typeof(string) ? "some text"
        : type == typeof(LogLevel) ? LogLevel.Information
        : type == typeof(Uri) ? new Uri("http://a.test/")
        : type == typeof(Exception) ? new InvalidOperationException("some fault")
        : type == typeof(DateTimeOffset?) ? DateTimeOffset.UnixEpoch
        : type == typeof(TimeSpan) ? TimeSpan.FromSeconds(42)
        : Convert.ChangeType(42, type, System.Globalization.CultureInfo.InvariantCulture);

    private static CliEnvironment Environment(TextWriter error, ShutdownSignals shutdown) =>
        new()
        {
            Out = TextWriter.Null,
            Error = error,
            Variables = new Dictionary<string, string>(),
            Shutdown = shutdown,
        };

    private sealed class Unspeakable
    {
        public override string ToString() => throw new InvalidTimeZoneException();
    }

    /// <summary>A log, and the lines in it.</summary>
    private sealed class Written : IDisposable
    {
        private readonly StringWriter _text = new() { NewLine = "\n" };
        private readonly ShutdownSignals _shutdown = new(_ => { });

        public Written() => Output = new LogOutput(Environment(_text, _shutdown), LogLevel.Trace, json: true);

        public LogOutput Output { get; }

        public IEnumerable<JsonNode> Lines =>
            _text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!);

        public void Dispose()
        {
            Output.Dispose();
            _shutdown.Dispose();
            _text.Dispose();
        }
    }

    /// <summary>A pipe that nobody reads any more.</summary>
    private sealed class ClosedWriter : StringWriter
    {
        public override void Write(string? value) => throw new IOException("Broken pipe");
    }
}
