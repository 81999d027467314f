using System.Text;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Streams;

/// <summary>A page of a stream, of which a part may have been given already. One thread at a time.</summary>
internal sealed class FetchedPage(SourcePage page, IReadOnlyList<string> deleted, string? next) : IDisposable
{
    private bool _notesGiven;

    /// <summary>Whether all of it was given.</summary>
    public bool IsGiven { get; private set; }

    /// <summary>A hash of the ids of all documents; <see langword="null"/> when there are none.</summary>
    public UInt128? Hash { get; } = page.Count == 0 ? null : ContentHash.Of(page, page.Count);

    /// <summary>Whether something is gone that an earlier page gave; notes the ids of this one.</summary>
    /// <param name="given">Ids that were given.</param>
    public bool TakesBack(HashSet<string> given)
    {
        if (deleted.Any(given.Contains))
        {
            return true;
        }

        for (var index = 0; index < page.Count; index++)
        {
            given.Add(Encoding.UTF8.GetString(page[index].Id.Span));
        }

        return false;
    }

    /// <summary>Gives documents until <paramref name="to"/> is full.</summary>
    /// <returns>The position after what was given.</returns>
    public StreamPosition MoveTo(SourcePageBuilder to, StreamPosition position, List<string>? gone)
    {
        var begin = position.Given <= page.Count && ContentHash.Of(page, position.Given) == position.Hash ? position.Given : 0;
        if (!_notesGiven)
        {
            GiveNotes(to, gone);
        }

        var index = position.Given == 0 ? 0 : begin;
        for (; index < page.Count && !to.IsFull; index++)
        {
            var document = page[index];
            var buffer = to.BeginRaw(document.Id.Span, document.Timestamp, document.Content);
            System.Buffers.BuffersExtensions.Write(buffer, document.Body.Span);
            to.End();
        }

        IsGiven = index == page.Count;
        return !IsGiven ? position with { Given = index, Hash = ContentHash.Of(page, index) }
            : next is null ? position.NextStream
            : position with { Given = 0, Hash = UInt128.Zero, Cursor = next };
    }

    /// <inheritdoc/>
    public void Dispose() => page.Dispose();

    private void GiveNotes(SourcePageBuilder to, List<string>? gone)
    {
        _notesGiven = true;
        gone?.AddRange(deleted);
        foreach (var id in page.UnreadableIds)
        {
            to.AddUnreadable(id, page.Problems.FirstOrDefault(problem => problem.Id == id)?.Reason ?? "it could not be read");
        }

        if (page.Gap is not null)
        {
            foreach (var problem in page.Problems.Where(problem => !page.UnreadableIds.Contains(problem.Id)))
            {
                to.AddGap(problem.Id, problem.Reason);
            }
        }
    }
}
