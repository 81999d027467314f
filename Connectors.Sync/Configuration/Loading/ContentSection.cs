using Connectors.Sync.Content;
using Connectors.Sync.Content.Extraction;
using static Connectors.Sync.Configuration.Settings.ExtractionSettings;
using static Connectors.Sync.Configuration.Settings.LoopSettings;

namespace Connectors.Sync.Configuration.Loading;

/// <summary>Builds the text extraction settings from <c>service</c>, <c>local_extraction</c> and <c>extraction_service</c>.</summary>
internal static class ContentSection
{
    /// <param name="reader">The source of the settings.</param>
    public static ContentOptions Read(ConfigReader reader)
    {
        // Always read, so that problems are reported.
        var local = new LocalExtractionOptions
        {
            Processes = reader.Get(LocalProcesses),
            TimeLimit = reader.Get(LocalTimeout),
            MemoryLimitBytes = reader.Get(LocalMaxMemory),
        };
        return new ContentOptions
        {
            MaxBytes = reader.Get(MaxFileDownloadSize),
            MaxTextBytes = reader.Get(MaxTextSize),
            Local = reader.Get(LocalEnabled) ? local : null,
            Service = ReadService(reader),
        };
    }

    private static ExtractionServiceOptions? ReadService(ConfigReader reader)
    {
        var timeout = reader.Get(ServiceTimeout);
        if (reader.Get(ServiceHost) is not { } text)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var host) || host.Scheme is not ("http" or "https") || host.Host.Length == 0)
        {
            reader.Problem(
                ServiceHost.Key,
                $"{ConfigReader.Shown(ServiceHost, reader.Entry(ServiceHost.Key)!)} is not an address. Write it with scheme and port: "
                    + "http://localhost:8090."
            );
            return null;
        }

        if (host.UserInfo.Length > 0)
        {
            reader.Problem(
                ServiceHost.Key,
                "the address holds a user or password, and the extraction service knows neither. Leave them out."
            );
            return null;
        }

        return new ExtractionServiceOptions { Host = host, Timeout = timeout };
    }
}
