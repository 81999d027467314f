namespace Connectors.Sync.Content.Extraction;

/// <summary>What an extraction process was seen not to be able to do. Both programs compile this file.</summary>
[Flags]
internal enum ExtractionConfinement : byte
{
    /// <summary>It may do what its user may.</summary>
    None = 0,

    /// <summary>It opens no connection, starts no program, reaches no other process, and changes no file.</summary>
    Network = 1,

    /// <summary>It reads no file but those of its own program, of .NET and of the system's libraries, and changes none.</summary>
    Files = 2,

    /// <summary>Both.</summary>
    Full = Network | Files,
}
