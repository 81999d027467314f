using System.Buffers.Text;
using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Benchmarks.Ids;

/// <summary>A source of so many tiny documents, made as they are asked for: what memory a sync needs is then for their ids.</summary>
/// <param name="documents">How many.</param>
internal sealed class SyntheticIds(int documents) : IDataSource
{
    public SourceDescription Description { get; } =
        new()
        {
            Name = "Synthetic",
            ServiceType = "synthetic",
            Fields = new List<ConfigField>(),
        };

    private static ReadOnlySpan<byte> Body => "{\"a\":1}"u8;

    /// <summary>The id of a document, as the source and the index have it.</summary>
    /// <param name="number">Which one.</param>
    /// <param name="to">Takes it: 24 digits, as an ObjectId has.</param>
    public static ReadOnlySpan<byte> Id(int number, Span<byte> to)
    {
        Utf8Formatter.TryFormat(number, to, out var length, new System.Buffers.StandardFormat('D', 24));
        return to[..length];
    }

    /// <summary>The digest of every document.</summary>
    public static long Digest { get; } = Sync.Diff.DocumentVersion.Digest(Body);

    public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Task.FromResult(ChangeCheckResult.Unknown);

    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourcePartition>>([
            .. Enumerable
                .Range(0, wanted)
                .Select(part => new SourcePartition($"{part}", $"{Start(part, wanted)}-{Start(part + 1, wanted)}")),
        ]);

    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    ) =>
        Task.Run(
            () =>
            {
                var bounds = partition.Bounds.Split('-');
                var number = int.Parse(after.IsStart ? bounds[0] : after.Value, CultureInfo.InvariantCulture);
                var end = int.Parse(bounds[1], CultureInfo.InvariantCulture);
                using var page = new SourcePageBuilder(limits);
                Span<byte> id = stackalloc byte[24];
                for (; number < end && !page.IsFull; number++)
                {
                    var to = page.BeginRaw(Id(number, id));
                    Body.CopyTo(to.GetSpan(Body.Length));
                    to.Advance(Body.Length);
                    page.End();
                }

                return page.Build(new PageToken(number.ToString(CultureInfo.InvariantCulture)), isLast: number == end);
            },
            cancellationToken
        );

    private long Start(int part, int of) => (long)documents * part / of;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
