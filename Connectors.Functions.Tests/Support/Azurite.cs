using System.Diagnostics;
using Xunit;

namespace Connectors.Tests.Support;

/// <summary>
/// Azurite, the storage emulator from npm, on free ports, with its data in a folder of its own. <c>CONNECTORS_AZURITE</c> names the start script of its blob service; without it
/// npm is asked for one.
/// </summary>
internal sealed class Azurite : IAsyncDisposable
{
    // The account and key that every Azurite has; they are no secret.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private readonly TemporaryFolder _folder;
    private readonly System.Diagnostics.Process _process;
    private readonly string _address;

    private Azurite(TemporaryFolder folder, System.Diagnostics.Process process, string address)
    {
        _folder = folder;
        _process = process;
        _address = address;
    }

    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={_address}/{Account};";

    /// <summary>Starts the blob service; <see langword="null"/> when Azurite can't be had here.</summary>
    public static async Task<Azurite?> StartAsync(CancellationToken cancellationToken)
    {
        if (await FindScriptAsync(cancellationToken) is not { } script)
        {
            TestContext.Current.SendDiagnosticMessage("Azurite can't be had here, so no blob storage was asked.");
            return null;
        }

        var folder = new TemporaryFolder();
        var process = System.Diagnostics.Process.Start(new ProcessStartInfo("node", [script, "--location", folder.Path, "--blobHost", "127.0.0.1", "--blobPort", "0", "--skipApiVersionCheck", "--disableTelemetry"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            var at = line.IndexOf("http://127.0.0.1:", StringComparison.Ordinal);
            if (at >= 0 && !line.Contains(":0", StringComparison.Ordinal))
            {
                // What it goes on to say must not fill the pipes.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return new Azurite(folder, process, line[at..].Trim());
            }
        }

        throw new InvalidOperationException($"Azurite ended: {await process.StandardError.ReadToEndAsync(cancellationToken)}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _folder.Dispose();
    }

    private static async Task<string?> FindScriptAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("CONNECTORS_AZURITE") is { Length: > 0 } named)
        {
            return named;
        }

        var folder = Path.Combine(AppContext.BaseDirectory, "npm");
        var script = Path.Combine(folder, "node_modules", "azurite", "dist", "src", "blob", "main.js");
        if (!File.Exists(script))
        {
            try
            {
                using var npm = System.Diagnostics.Process.Start(new ProcessStartInfo("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", "azurite@3.37.0"])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!;
                await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(cancellationToken), npm.StandardError.ReadToEndAsync(cancellationToken), npm.WaitForExitAsync(cancellationToken));
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }

        return File.Exists(script) ? script : null;
    }
}
