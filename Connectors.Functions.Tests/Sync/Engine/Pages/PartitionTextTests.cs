using Connectors.Abstractions;
using Connectors.Sync.Engine.Pages;
using Xunit;

namespace Connectors.Tests.Sync.Engine.Pages;

public sealed class PartitionTextTests
{
    [Fact]
    public void TheOnlyPartitionOfASourceIsNotNamed()
    {
        Assert.Equal(
            ("the source", "The source", "its documents"),
            (PartitionText.Of(SourcePartition.All), PartitionText.AsSubject(SourcePartition.All), PartitionText.Asked(SourcePartition.All))
        );
        var some = new SourcePartition("a", "0-9");
        Assert.Equal(
            ("partition 'a'", "Partition 'a'", "partition 'a'"),
            (PartitionText.Of(some), PartitionText.AsSubject(some), PartitionText.Asked(some))
        );
    }
}
