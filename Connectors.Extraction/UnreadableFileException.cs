namespace Connectors.Extraction;

/// <summary>A file can't be read, for a reason that its owner understands.</summary>
/// <param name="reason">Goes on from "its content can't be extracted: ".</param>
internal sealed class UnreadableFileException(string reason) : Exception(reason);
