namespace Connectors.Emulator.Connectors;

/// <summary>The words of the protocol and which state may follow which, as the Connector API checks it.</summary>
internal static class ProtocolStates
{
    public static readonly string[] SyncStatus = ["pending", "in_progress", "canceling", "canceled", "suspended", "completed", "error"];

    public static readonly string[] JobTypes = ["full", "incremental", "access_control"];

    public static readonly string[] Triggers = ["on_demand", "scheduled"];

    public static readonly string[] ConnectorStatus = ["created", "needs_configuration", "configured", "connected", "error"];

    public static readonly string[] ValidationStates = ["edited", "invalid", "valid"];

    public static bool MayFollow(string connector, string next) =>
        connector switch
        {
            "created" => next is "needs_configuration" or "error",
            "needs_configuration" => next is "configured" or "error",
            "configured" => next is "needs_configuration" or "connected" or "error",
            _ => next is "connected" or "configured" or "error",
        };

    public static bool MayFollowInJob(string job, string next) =>
        job switch
        {
            "pending" => next is "in_progress" or "canceled",
            "in_progress" => next is "canceling" or "completed" or "suspended" or "error",
            "suspended" => next is "in_progress" or "canceled",
            "canceling" => next is "canceled" or "error",
            _ => false,
        };
}
