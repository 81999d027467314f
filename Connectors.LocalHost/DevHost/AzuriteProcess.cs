using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.LocalHost.DevHost;

/// <summary>
/// Azurite, Microsoft's emulator of Azure Storage, for as long as this process lives: it ends when its input does, and that ends with us,
/// also when we are killed. Ctrl-C is for us alone; we end it last, so that what goes on until then still finds its storage.
/// </summary>
internal sealed partial class AzuriteProcess : IAsyncDisposable
{
    // Every Azurite has this account and this key.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private const string Wrapper = """
        const [, marker, script] = process.argv.splice(0, 3, process.execPath, process.argv[2]);
        process.umask(0o077);
        const fs = require('fs');
        fs.writeFileSync(marker, String(process.pid));
        process.on('exit', () => fs.rmSync(marker, { force: true }));
        process.on('SIGINT', () => {});
        process.on('newListener', (event, listener) => event === 'SIGINT' && setImmediate(() => process.removeListener(event, listener)));
        process.stdin.on('close', () => {
          process.emit('message', 'shutdown');
          setTimeout(() => process.exit(1), 10000).unref();
        }).resume();
        require(script);
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly Process _process;

    private AzuriteProcess(Process process, int port) =>
        (_process, Address) = (process, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/{Account}")));

    /// <summary>Where its blobs are.</summary>
    public Uri Address { get; }

    /// <summary>What <c>AzureWebJobsStorage</c> is to be.</summary>
    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Address};";

    /// <summary>Starts it.</summary>
    /// <param name="script">Its start script, <c>dist/src/blob/main.js</c> of the npm package.</param>
    /// <param name="folder">Where it keeps what is stored.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Azurite, listening; <see langword="null"/> when it can't be run here.</returns>
    public static async Task<AzuriteProcess?> TryStartAsync(string script, string folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(script))
        {
            return null;
        }

        PrivateFiles.CreateFolder(folder);
        var marker = Path.Combine(folder, "running");
        await WaitForTheLastOneAsync(marker, cancellationToken);
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            "-e",
            Wrapper,
            "--",
            marker,
            script,
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
            "0",
            "--location",
            folder,
            "--silent",
            "--skipApiVersionCheck",
            "--disableTelemetry",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No Node here.
            return null;
        }

        try
        {
            var port = await PortAsync(process, cancellationToken)
                .WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, cancellationToken);
            if (port is not null)
            {
                return new AzuriteProcess(process, port.Value);
            }
        }
        catch (TimeoutException)
        {
            // Whatever it does, it does not serve.
        }
        catch
        {
            End(process);
            throw;
        }

        End(process);
        return null;
    }

    /// <summary>Ends it, with all that it holds written to disk.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience, TimeProvider.System, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // Its own patience is shorter: it hangs.
        }

        End(_process);
    }

    private static void End(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    /// <summary>One whose parent was killed still writes down what it holds: two at once would spoil the folder.</summary>
    private static async Task WaitForTheLastOneAsync(string marker, CancellationToken cancellationToken)
    {
        try
        {
            if (
                int.TryParse(
                    await File.ReadAllTextAsync(marker, cancellationToken),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var id
                )
            )
            {
                // Its number may have gone to another program meanwhile; that one is not waited for longer than this.
                using var last = Process.GetProcessById(id);
                await last.WaitForExitAsync(cancellationToken).WaitAsync(Patience, TimeProvider.System, cancellationToken);
            }
        }
        catch (Exception failure)
            when (failure is FileNotFoundException or ArgumentException or InvalidOperationException or TimeoutException)
        {
            // It is gone.
        }
    }

    private static async Task<int?> PortAsync(Process process, CancellationToken cancellationToken)
    {
        // Nobody reads what it says besides; it must not fill the pipes.
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (Listens().Match(line) is { Success: true } match)
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    [GeneratedRegex(@"successfully listens? on http://127\.0\.0\.1:(?<port>\d+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Listens();
}
