using System.Collections;
using System.Runtime.InteropServices;
using Connectors.Abstractions;
using Connectors.LocalHost.DevHost;

// Runs the function app of the connectors without Core Tools: docs/functions.md.
if (!LocalArguments.TryParse(args, out var arguments, out var problem))
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(LocalArguments.Usage);
    return 2;
}

if (arguments.IsHelp)
{
    Console.Write(LocalArguments.Usage);
    return 0;
}

// The first Ctrl-C ends in order, the second at once. What is not finished goes on at the next start either way, when there is a folder
// that is kept.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
});

// When a terminal goes, its shell and the system send this, one after the other.
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});
if (arguments.IsAttached)
{
    _ = EndWithInputAsync(stop);
}

var settings = Environment
    .GetEnvironmentVariables()
    .Cast<DictionaryEntry>()
    .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? string.Empty, StringComparer.OrdinalIgnoreCase);
DirectoryInfo? temporary = null;
try
{
    temporary = arguments.Folder is null ? Directory.CreateTempSubdirectory("connectors-functions-") : null;
    var folder = arguments.Folder ?? temporary!.FullName;
    await using var app = await DevHostRun.StartAsync(folder, arguments, settings, Console.Out, stop.Token);
    using var trial = new SmokeTest(app, new SampleFolder(Path.Combine(folder, "notes")), Console.Out);
    if (arguments.IsOnce)
    {
        return await trial.RunAsync(stop.Token) ? 0 : 1;
    }

    if (!app.IsConfigured)
    {
        var mirrored = app.IsEmulated ? ": the sample folder is not mirrored" : "";
        Console.WriteLine($"- The configuration is wrong, as {app.Host.Uri}api/health tells{mirrored}");
    }
    else if (app.IsEmulated)
    {
        var connector = await trial.ConnectAsync(stop.Token);
        Console.WriteLine($"- Start a sync: curl -X POST {app.Host.Uri}api/connectors/{connector}/syncs");
    }

    Console.WriteLine(
        temporary is null
            ? $"- All of it is kept in {folder}: a later start goes on with it"
            : "- All of it is lost at the end; --folder PATH keeps it"
    );
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException or ConnectorException)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
finally
{
    temporary?.Delete(recursive: true);
}

static async Task EndWithInputAsync(CancellationTokenSource stop)
{
    // Reading blocks its thread, whatever it is called.
    await Task.Run(() => Console.OpenStandardInput().CopyTo(Stream.Null));
    await stop.CancelAsync();
}
