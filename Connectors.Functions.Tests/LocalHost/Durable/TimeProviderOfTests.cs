namespace Connectors.Tests.LocalHost.Durable;

/// <summary>The bench's clock, for functions.</summary>
public sealed class TimeProviderOfTests(TimeProvider time)
{
    public string Now => time.GetUtcNow().ToString("HH:mm:ss");
}
