using Connectors.Emulator.Http;

namespace Connectors.Emulator.Connectors;

/// <summary>Errors of the Connector API.</summary>
internal static class ProtocolErrors
{
    /// <summary>A call that the state of things does not allow.</summary>
    public static ElasticError Refused(string reason, ElasticError? cause = null) => new(400, "status_exception", reason, cause);

    public static ElasticError NotFound(string reason) => new(404, "resource_not_found_exception", reason);

    public static ElasticError NoConnector(string id) => NotFound($"connector [{id}] not found");

    /// <param name="what">What the words are states of: <c>status</c>, <c>ConnectorSyncStatus</c>.</param>
    /// <param name="type">The type of the inner error.</param>
    public static ElasticError Transition(string from, string to, string what, string type)
    {
        var reason =
            $"Invalid transition attempt from [{from}] to [{to}]. Such a {what} transition is not supported by the Connector Protocol.";
        return Refused(reason, new ElasticError(400, type, reason));
    }

    /// <summary>A word that is none of an enum's.</summary>
    public static ElasticError Unknown(string kind, string? word) => ElasticErrors.IllegalArgument($"Unknown {kind} [{word}].");
}
