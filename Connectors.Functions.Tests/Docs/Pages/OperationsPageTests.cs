using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Connectors.Functions.Orchestrations;
using Connectors.Sources;
using Connectors.Sync.Diagnostics;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Docs.Pages;

/// <summary>docs/operations.md: log messages and metrics are those of the code.</summary>
public sealed class OperationsPageTests
{
    private const string Page = "docs/operations.md";

    private static IReadOnlyList<(string Name, LoggerMessageAttribute Message)> LogMessages { get; } =
    [
        .. new[]
        {
            typeof(SyncTelemetry).Assembly,
            typeof(BuiltInSources).Assembly,
            typeof(SyncJob).Assembly,
            typeof(Connectors.Cli.ExitCode).Assembly,
        }
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type =>
                type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            )
            .Select(method => (method.Name, Message: method.GetCustomAttribute<LoggerMessageAttribute>()!))
            .Where(item => item.Message is not null)
            .OrderBy(item => item.Message.EventId),
    ];

    [Fact]
    public void EveryWarningAndErrorOfTheLogHasALineThatSaysWhatToDo()
    {
        var expected = LogMessages
            .Where(item => item.Message.Level is LogLevel.Warning or LogLevel.Error or LogLevel.Critical)
            .Select(item =>
                $"{item.Message.EventId} | {item.Name} | {item.Message.Level.ToString().ToLowerInvariant()} | {item.Message.Message}"
            )
            .ToList();
        Assert.True(expected.Count > 20, $"only {expected.Count} messages were found");
        var rows = MarkdownPages.Rows(Page, "id", "name", "level", "message", "what to do");
        Assert.Equal(expected, rows.Select(row => $"{row[0]} | {row[1].Trim('`')} | {row[2]} | {row[3]}"));
        Assert.Empty(rows.Where(row => row[4].Length < 10).Select(row => row[1]));
    }

    [Fact]
    public void NoTwoLogMessagesHaveTheSameNumberOrName()
    {
        Assert.Empty(
            LogMessages
                .GroupBy(item => item.Message.EventId)
                .Where(same => same.Count() > 1)
                .Select(same => $"{same.Key}: {string.Join(", ", same.Select(item => item.Name))}")
        );
        Assert.True(LogMessages.Count > 40, $"only {LogMessages.Count} messages were found");
    }

    [Fact]
    public void TheMessagesOfTheTableAreThoseThatAreReallyWritten() =>
        Assert.All(MarkdownPages.Rows(Page, "name", "when", "level"), row =>
            Assert.Contains(LogMessages, item => item.Name == row[0].Trim('`'))
        );

    [Fact]
    public void EveryInstrumentIsInTheTableWithItsUnit()
    {
        var instruments = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == SyncTelemetry.Name)
            {
                lock (instruments)
                {
                    instruments.Add(
                        $"{instrument.Name} | {instrument.GetType().Name.Split('`')[0].ToLowerInvariant()} | {instrument.Unit}"
                    );
                }
            }
        };
        RuntimeHelpers.RunClassConstructor(typeof(SyncTelemetry).TypeHandle);
        listener.Start();

        Assert.True(instruments.Count >= 4, $"only {instruments.Count} instruments");
        var rows = MarkdownPages.Rows(Page, "metric", "kind", "unit", "tags", "tells");
        Assert.Equal(
            instruments.Distinct().Order(StringComparer.Ordinal),
            rows.Select(row => $"{row[0].Trim('`')} | {row[1]} | {row[2].Trim('`')}").Order(StringComparer.Ordinal)
        );
    }
}
