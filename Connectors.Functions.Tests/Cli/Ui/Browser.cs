using Connectors.Tests.Cli.Ui;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Browser))]

namespace Connectors.Tests.Cli.Ui;

/// <summary>Chromium, started once for all tests, when the first one needs it. Each test has a window of its own, which shares no storage
/// and no cookie with the others.</summary>
public sealed class Browser : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<(IPlaywright Playwright, IBrowser Chromium)>? _started;

    private static string Program => Environment.GetEnvironmentVariable("CONNECTORS_CHROMIUM") ?? "/usr/bin/chromium";

    /// <summary>Opens a window; skips the test on a machine without a browser.</summary>
    internal async Task<BrowserPage> OpenAsync(int width = 1280, int height = 900, ColorScheme colors = ColorScheme.Light)
    {
        Require();
        var (_, chromium) = await StartOnceAsync();
        var page = await chromium.NewPageAsync(
            new BrowserNewPageOptions
            {
                ViewportSize = new ViewportSize { Width = width, Height = height },
                ColorScheme = colors,
                TimezoneId = "UTC",
                Locale = "en-GB",
            }
        );
        page.SetDefaultTimeout(60_000);
        return new BrowserPage(page);
    }

    /// <summary>Skips the test on a machine without a browser.</summary>
    internal static void Require() =>
        Assert.SkipUnless(File.Exists(Program), $"There is no browser at {Program}: install chromium, or name one in CONNECTORS_CHROMIUM.");

    public async ValueTask DisposeAsync()
    {
        if (_started is not null)
        {
            var (playwright, chromium) = await _started;
            await chromium.DisposeAsync();
            playwright.Dispose();
        }
    }

    private Task<(IPlaywright Playwright, IBrowser Chromium)> StartOnceAsync()
    {
        lock (_lock)
        {
            return _started ??= StartAsync();
        }
    }

    private static async Task<(IPlaywright Playwright, IBrowser Chromium)> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout(60_000);
        var playwright = await Playwright.CreateAsync();
        var chromium = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Program,
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            }
        );
        return (playwright, chromium);
    }
}
