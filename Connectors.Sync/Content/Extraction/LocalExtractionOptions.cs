using System.ComponentModel.DataAnnotations;

namespace Connectors.Sync.Content.Extraction;

/// <summary>How files are read by processes of their own on this machine (<c>local_extraction</c>).</summary>
internal sealed record LocalExtractionOptions
{
    /// <summary>Most processes at the same time; each reads one file at a time. They are started when they are needed and end after a
    /// minute without work. Default 2.</summary>
    [Range(1, 64)]
    public int Processes { get; init; } = 2;

    /// <summary>How long a file may take. Its process is ended then. Default 60 s.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most memory for objects that a process may take, in bytes; .NET itself needs some 50 MiB more. Default 512 MiB.</summary>
    [Range(32L * 1024 * 1024, 64L * 1024 * 1024 * 1024)]
    public long MemoryLimitBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>How a process is started; <see langword="null"/> for <see cref="ExtractionCommand.Find"/>.</summary>
    public ExtractionCommand? Command { get; init; }
}
