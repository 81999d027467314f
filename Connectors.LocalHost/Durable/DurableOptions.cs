using Connectors.LocalHost.Durable.Activities;

namespace Connectors.LocalHost.Durable;

/// <summary>How the durable runner works.</summary>
internal sealed record DurableOptions(int MaxConcurrentActivities, ActivityDelivery Delivery, Random? Shuffle);
