using Connectors.Abstractions;
using Xunit;

namespace Connectors.Tests.Abstractions;

public sealed class QuantityTests
{
    [Fact]
    public void OneIsTheOnlySingular()
    {
        Assert.Equal(
            ("0 documents", "1 document", "2,000 documents"),
            (Quantity.Of(0, "document"), Quantity.Of(1, "document"), Quantity.Of(2000, "document"))
        );
        Assert.Equal(("1 job that is", "2 jobs that are"), (Of(1), Of(2)));
        Assert.Equal(
            ("0.5 minutes", "1 minute", "1.5 minutes"),
            (Quantity.Of(0.5, "minute"), Quantity.Of(1.0, "minute"), Quantity.Of(1.5, "minute"))
        );

        static string Of(long number) => Quantity.Of(number, "job that is", "jobs that are");
    }
}
