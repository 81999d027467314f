using Connectors.Abstractions;
using Connectors.Sync.Retries;
using Connectors.Sync.Sources;

namespace Connectors.Sync.Engine.Pages;

/// <summary>The pages of one reading as they come: each is open and gets further, and there is an end.</summary>
/// <param name="source">Who gives them.</param>
/// <param name="calls">Is told of many that hold nothing.</param>
/// <param name="what">What is asked for, for messages: <c>partition 'a'</c>.</param>
internal sealed class PageTrail(IDataSource source, SourceCalls calls, string what)
{
    private const int EmptyPagesToTell = 1_000;

    /// <summary>Of a source of somebody's own. A built-in one may pass over millions of files that are not wanted, and knows its
    /// end.</summary>
    private const int MostEmptyPages = 10_000;

    // The pages after a place are always the same ones, so a place that comes again comes for ever. By Brent's algorithm one is watched,
    // and at every power of two another one: a circle of any length is noticed.
    private PageToken _watched;
    private long _count;
    private long _nextWatch = 1;
    private int _empty;

    private string Class => FaultySource.NameOf(source);

    /// <summary>Takes the next page.</summary>
    /// <param name="after">The token that it was asked for with.</param>
    /// <param name="page">The page.</param>
    /// <param name="isLast">Whether the reading ends with it.</param>
    /// <param name="isEmpty">Whether it holds nothing.</param>
    /// <exception cref="ConnectorException">It is no page to go on from.</exception>
    public void Add(PageToken after, SourcePage page, bool isLast, bool isEmpty)
    {
        if (page.IsDisposed)
        {
            throw new ConnectorException(
                $"{Class} gave a page that it had disposed when asked for {what}. This is a bug in the source."
            );
        }

        if (isLast)
        {
            return;
        }

        if (page.Restarts)
        {
            (_watched, _count, _nextWatch) = (PageToken.Start, 0, 1);
        }

        if (page.Next == after || IsCircle(page.Next))
        {
            throw new ConnectorException(
                page.Next == after
                    ? $"{Class} did not get beyond {Place(after)} when asked for {what}. This is a bug in the source."
                    : $"{Class} came back to {Place(page.Next)} when asked for {what}. This is a bug in the source."
            );
        }

        _empty = isEmpty ? _empty + 1 : 0;
        if (_empty >= MostEmptyPages && !FaultySource.IsBuiltIn(source))
        {
            throw new ConnectorException(
                $"{Class} gave {_empty:N0} pages in a row that hold nothing and lead to another one when asked for {what}. This is a bug "
                    + "in the source: the last page has to be said, and a call has to look on until it finds something."
            );
        }

        if (_empty > 0 && _empty % EmptyPagesToTell == 0)
        {
            calls.TellEmptyPages(what, _empty);
        }
    }

    private static string Place(PageToken token) => token.IsStart ? "the start" : $"'{token}'";

    private bool IsCircle(PageToken next)
    {
        if (next == _watched || next.IsStart)
        {
            return true;
        }

        if (++_count == _nextWatch)
        {
            (_watched, _nextWatch) = (next, 2 * _count);
        }

        return false;
    }
}
