using Connectors.Abstractions;

namespace Connectors.Tests.Support.InMemory;

/// <summary>A source that gives bodies byte for byte, in one page.</summary>
internal sealed class RawSource(params (string Id, string Body)[] documents) : IDataSource
{
    public SourceDescription Description { get; } =
        new()
        {
            Name = "Raw",
            ServiceType = "raw",
            Fields = new List<ConfigField>(),
        };

    public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Task.FromResult(ChangeCheckResult.Unknown);

    public Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourcePartition>>([SourcePartition.All]);

    public Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        using var page = new SourcePageBuilder(limits);
        foreach (var (id, body) in documents)
        {
            // Past the checks, so that a body may be broken.
            page.Begin(id).WriteRawValue(body, skipInputValidation: true);
            page.End();
        }

        return Task.FromResult(page.Build(PageToken.Start, isLast: true));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
