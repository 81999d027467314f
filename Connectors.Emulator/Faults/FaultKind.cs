namespace Connectors.Emulator.Faults;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>The whole call is answered with an error; nothing of it is done.</summary>
    RefuseCall,

    /// <summary>A single item of a bulk call is answered with an error; the others are done.</summary>
    RefuseItem,

    /// <summary>The call waits at a gate until the test lets it on.</summary>
    Hold,

    /// <summary>The connection is cut before anything is done.</summary>
    CutBefore,

    /// <summary>The call is carried out, then the connection is cut instead of answering.</summary>
    CutAfter,
}
