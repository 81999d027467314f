namespace Connectors.Emulator;

/// <summary>How an emulator is to be.</summary>
public sealed record EmulatorOptions
{
    /// <summary>TCP port on 127.0.0.1. Default 0: any free one; <see cref="EmulatorServer.Uri"/> tells which.</summary>
    public int Port { get; init; }

    /// <summary>Folder that keeps indices and documents over restarts; made when missing. Default null: everything is lost at the end. One
    /// process at a time.</summary>
    public string? DataFolder { get; init; }

    /// <summary>
    /// True for a bare cluster: <c>.elastic-connectors</c> and <c>.elastic-connectors-sync-jobs</c> are not made from built-in templates at
    /// the first write, as Elasticsearch does since 8.10, and there is no Connector API (<c>/_connector</c>, since 8.12). Default false.
    /// </summary>
    public bool WithoutConnectorIndices { get; init; }

    /// <summary>The version that <c>GET /</c> reports. Default 9.5.0.</summary>
    public string Version { get; init; } = "9.5.0";

    /// <summary>Largest request body in bytes, before decompression and after it; larger ones get 413. Default 100 MiB, as
    /// <c>http.max_content_length</c>.</summary>
    public long MaxBodyBytes { get; init; } = 100L * 1024 * 1024;

    /// <summary>Writes with larger bodies are refused with 429, as under indexing pressure. Bytes. Default: no limit.</summary>
    public long MaxIndexingBytes { get; init; } = long.MaxValue;

    /// <summary>Bulk operations a second that it answers at most, all requests together, as a cluster of limited strength would. Default 0:
    /// as fast as it can.</summary>
    public int WritesPerSecond { get; init; }

    /// <summary>Texts a second that its inference endpoints take, all requests together, while documents with <c>semantic_text</c> fields
    /// are written. Default 0: as fast as it can.</summary>
    public int InferencesPerSecond { get; init; }

    /// <summary>Texts a minute after which its inference endpoints refuse items of bulk requests with 429, until the minute is over.
    /// Default 0: none.</summary>
    public int InferencesPerMinute { get; init; }

    /// <summary>The values of the <c>Authorization</c> header that are let in, for instance <c>ApiKey abc==</c>; anything else gets 401.
    /// Default: everybody is let in.</summary>
    public IReadOnlyCollection<string> Authorization { get; init; } = [];

    /// <summary>The clock: dates of creation, "now" in queries, the end of points in time. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
