using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Sync.Content;
using Connectors.Sync.Content.Extraction;
using Microsoft.Extensions.Logging.Abstractions;

namespace Connectors.Cli.Doctor;

/// <summary>Checks that files can be read on this machine, and what confines the processes that read them.</summary>
internal static class ExtractionCheck
{
    private const string Check = "text extraction";

    /// <summary>Asks the extraction service whether it is there.</summary>
    /// <returns><see langword="null"/> when none is configured.</returns>
    public static async Task<CheckResult?> ServiceAsync(ContentOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Service is not { } service)
        {
            return null;
        }

        const string Name = "extraction service";
        await using var extraction = new ContentExtraction(options with { Local = null }, time, NullLoggerFactory.Instance);
        return await extraction.ServiceProblemAsync(service, cancellationToken) is { } problem
            ? CheckResult.Warning(
                Name,
                $"The one at {service.Host} can't be used: {Sentences.Inner(problem)}. Syncs of connectors that need it index files "
                    + "without their text.",
                "Start it, or correct extraction_service.host in config.yml."
            )
            : CheckResult.Ok(Name, $"The one at {service.Host} answers.");
    }

    /// <summary>Starts such a process and ends it.</summary>
    /// <returns><see langword="null"/> when <c>local_extraction</c> is off.</returns>
    public static async Task<CheckResult?> RunAsync(ContentOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (ServiceHost.WithSelf(options).Local is not { } local)
        {
            return null;
        }

        try
        {
            await using var process = await ExtractionPool.StartAsync(local, mayBeUnconfined: true, time, cancellationToken);
            return process.Confinement.Missing() is { } missing
                ? CheckResult.Warning(
                    Check,
                    $"The processes that read files start; one that a file takes over can {missing}.",
                    "Run the service on Linux 5.13 or newer with Landlock switched on, or as a user that may read little: "
                        + "docs/content.md tells more."
                )
                : CheckResult.Ok(
                    Check,
                    "The processes that read files are confined: no connection, no other program, no file but their own."
                );
        }
        catch (ConnectorException failure)
        {
            return CheckResult.Failed(Check, failure.Message, "Deploy the program as a whole, or switch off local_extraction.enabled.");
        }
    }
}
