namespace Connectors.Tests.LocalHost.Durable;

/// <summary>The fixture's clock, for functions.</summary>
public sealed class TimeProviderOfTests(TimeProvider time)
{
    public string Now => time.GetUtcNow().ToString("HH:mm:ss");
}
