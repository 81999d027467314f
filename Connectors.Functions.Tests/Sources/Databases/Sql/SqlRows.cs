using Connectors.Abstractions;
using Connectors.Testing;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql;

/// <summary>Whatever the key: every row comes once, on pages of two rows, in parts, whole, and from every token.</summary>
internal static class SqlRows
{
    public static PageLimits Small { get; } = new(2, int.MaxValue);

    public static async Task AssertEachComesOnceAsync(IDataSource source, int rows, CancellationToken cancellationToken)
    {
        var whole = await source.AllAsync(1, Small, cancellationToken);
        Assert.Equal(rows, whole.Ids().Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(rows, whole.Ids().Count);
        Assert.Equal(
            whole.Ids().Order(StringComparer.Ordinal),
            (await source.AllAsync(4, Small, cancellationToken)).Ids().Order(StringComparer.Ordinal)
        );
        for (var index = 0; index < whole.Count - 1; index++)
        {
            var rest = await source.PartitionAsync(
                whole[index].Partition,
                new PageToken(whole[index].Next.Value),
                new PageLimits(50, int.MaxValue),
                cancellationToken
            );
            Assert.Equal(whole.Skip(index + 1).Ids(), rest.Ids());
        }
    }
}
