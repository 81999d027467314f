using Connectors.LocalHost.Trying;
using Microsoft.Extensions.Logging;

// Runs the function app of the connectors without Core Tools: docs/functions.md.
var isOnce = args.Contains("--once");
if (args.Any(arg => arg != "--once"))
{
    Console.Error.WriteLine("Usage: Connectors.LocalHost [--once]   --once tries the app with a sample folder and ends; without it the app serves until Ctrl-C.");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};
var folder = Directory.CreateTempSubdirectory("connectors-functions-");
try
{
    await using var app = await AppRun.StartAsync(folder.FullName, isOnce ? 0 : 7071, isOnce ? LogLevel.Warning : LogLevel.Information, stop.Token);
    Console.WriteLine($"- Elasticsearch is at {app.Elasticsearch}, the app at {app.Host.Uri}api/health");
    using var trial = new Trial(app, new SampleFolder(Path.Combine(folder.FullName, "notes")), Console.Out);
    if (isOnce)
    {
        return await trial.RunAsync(stop.Token) ? 0 : 1;
    }

    var connector = await trial.ConnectAsync(stop.Token);
    Console.WriteLine($"- Start a sync: curl -X POST {app.Host.Uri}api/connectors/{connector}/syncs");
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return 0;
}
finally
{
    folder.Delete(recursive: true);
}
