namespace Connectors.Tests.LocalHost;

/// <summary>The bench's clock, for functions.</summary>
public sealed class TimeProviderOfTests(TimeProvider time)
{
    public string Now => time.GetUtcNow().ToString("HH:mm:ss");
}
