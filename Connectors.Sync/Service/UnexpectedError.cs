namespace Connectors.Sync.Service;

/// <summary>Failures that nobody expected. Their own messages may hold secrets, so documents get the type only.</summary>
public static class UnexpectedError
{
    /// <summary>What is told of such a failure.</summary>
    public static string Message(Exception exception) =>
        $"Something failed that should not have ({exception?.GetType().Name}). The log of the service tells the details; please report it.";
}
