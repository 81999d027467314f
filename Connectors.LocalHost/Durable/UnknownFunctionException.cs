namespace Connectors.LocalHost.Durable;

/// <summary>A function that was called by name does not exist.</summary>
internal sealed class UnknownFunctionException(string message) : Exception(message);
