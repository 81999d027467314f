using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Connectors.Abstractions;
using Xunit;

namespace Connectors.Testing;

/// <summary>The pages of one reading, as they come: each is open, none leads back to where it came from, and there is an end.</summary>
/// <param name="what">What a page is called in a sentence.</param>
internal sealed class ReadingTrail(string what)
{
    // What a fixture holds fits into far less, and a reading that gives new tokens for ever ends within seconds.
    private const int MostPages = 10_000;
    private const int MostDocuments = 1_000_000;
    private readonly HashSet<PageToken> _places = [];
    private int _pages;
    private int _documents;

    /// <summary>Fails when a page is not there, or was disposed by the source that gives it.</summary>
    public static void IsOpen([NotNull] SourcePage? page, string where)
    {
        Assert.True(page is not null, $"{where} is null: give a page, and the last one may be empty.");
        Assert.False(page.IsDisposed, $"{where} was disposed before it was given: leave that to whoever asked for it.");
    }

    /// <summary>A page came that is not the last.</summary>
    /// <param name="after">After which token.</param>
    /// <param name="next">Where it leads.</param>
    /// <param name="restarts">Whether it says that it begins anew.</param>
    /// <param name="documents">How many it has.</param>
    public void Add(PageToken after, PageToken next, bool restarts, int documents)
    {
        var page = $"The {what} after '{after}'";
        Assert.True(next != after, $"{page} leads to itself: the reading would never end.");
        Assert.True(
            next.Value?.Length is > 0 and <= PageToken.MaxLength,
            $"{page} is not the last, and its token has {next.ToString().Length} characters: give 1 to {PageToken.MaxLength}."
        );
        if (restarts)
        {
            _places.Clear();
        }

        Assert.True(
            _places.Add(next),
            $"{page} leads back to '{next}', where the reading has been before: it would never end. A token says where to read on, so each "
                + "page gives one that lies further on."
        );
        (_pages, _documents) = (_pages + 1, _documents + documents);
        Assert.True(
            _pages < MostPages && _documents < MostDocuments,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_pages:N0} pages with {_documents:N0} documents came, and none is the last: the reading seems never to end. Say isLast "
                    + $"of the page after which nothing comes. (A fixture's backend is to hold some 10 to 40 documents.)"
            )
        );
    }
}
