using Connectors.Abstractions;
using Xunit;

namespace Connectors.Testing;

/// <content>Changes, and calls that are cancelled before they begin.</content>
public abstract partial class SourceContractTests
{
    /// <summary>What changed since a place in the history can be read to its end, of a source that tells changes.</summary>
    [Fact]
    public async Task ChangesCanBeReadToTheirEnd()
    {
        await using var source = Open();
        if (source is not IChangeFeed feed || !Fixture.KnowsChanges || (await feed.FindCursorAsync(Cancellation)).Cursor is not { } cursor)
        {
            return;
        }

        AssertNoSecret(cursor, "The place that FindCursorAsync gives");
        await Fixture.ChangeAsync(Cancellation);
        var trail = new ReadingTrail("page of changes");
        for (var after = PageToken.Start; ;)
        {
            using var page = await feed.ReadChangesAsync(cursor, after, Small, Cancellation);
            var where = $"The page of changes after '{after}'";
            ReadingTrail.IsOpen(page?.Upserts, where);
            Assert.True(
                page!.ExpiredReason is null,
                $"{where} says that the history does not reach back to '{cursor}', which FindCursorAsync had just given: "
                    + page.ExpiredReason
            );
            AssertNoSecret(page.Upserts.Next.ToString(), "The token of a page of changes");
            var documents = Enumerable.Range(0, page.Upserts.Count).Select(index => ReadDocument.Of(page.Upserts[index])).ToArray();
            Assert.All(documents, ContractAssert.HasABody);
            var both = documents.Select(document => document.Id).Intersect(page.DeletedIds, StringComparer.Ordinal).FirstOrDefault();
            Assert.True(both is null, $"{where} has '{both}' among its documents and among the deleted ids: give it as it is now.");
            if (page.Upserts.IsLast)
            {
                AssertNoSecret(page.Cursor, "The place that the last page of changes gives");
                return;
            }

            trail.Add(after, page.Upserts.Next, page.Upserts.Restarts, documents.Length);
            after = page.Upserts.Next;
        }
    }

    /// <summary>What is asked with a token that is cancelled already ends by that, or asks the backend nothing.</summary>
    [Fact]
    public async Task WhatIsCancelledBeforeItBeginsAsksTheBackendNothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        await CheckAsync(nameof(IDataSource.PingAsync), source => source.PingAsync(cancelled));
        await CheckAsync(nameof(IDataSource.HasChangedAsync), source => source.HasChangedAsync(lastToken: null, cancelled));
        await CheckAsync(nameof(IDataSource.PartitionAsync), source => source.PartitionAsync(2, cancelled));
        await using var described = Open();
        if (described is not IChangeFeed feed)
        {
            return;
        }

        await CheckAsync(nameof(IChangeFeed.FindCursorAsync), source => ((IChangeFeed)source).FindCursorAsync(cancelled));
        if (Fixture.KnowsChanges && (await feed.FindCursorAsync(Cancellation)).Cursor is { } cursor)
        {
            await CheckAsync(
                nameof(IChangeFeed.ReadChangesAsync),
                async source =>
                    (await ((IChangeFeed)source).ReadChangesAsync(cursor, PageToken.Start, Small, cancelled)).Dispose()
            );
        }

        async Task CheckAsync(string name, Func<IDataSource, Task> callAsync)
        {
            await using var source = Open();
            Fixture.Calls.Reset();
            var failure = await Record.ExceptionAsync(() => callAsync(source));
            Assert.True(
                failure is OperationCanceledException || (failure is null && Fixture.Calls.Count == 0),
                $"{name} was cancelled before it began, and {(failure is null ? "asked the backend" : $"threw {failure.GetType().Name}")}: "
                    + "hand the token on to every call, and let OperationCanceledException through."
            );
        }
    }
}
