namespace Connectors.Sync.Diff;

/// <summary>What the diff needs to know of a document.</summary>
internal readonly record struct DocumentFacts(DocumentKey Key, DocumentVersion Version);

/// <summary>What is to be done with a document.</summary>
internal enum Verdict : byte
{
    /// <summary>The index holds it as it is.</summary>
    Skip,

    /// <summary>The index does not hold it.</summary>
    Add,

    /// <summary>The index holds another version.</summary>
    Change,

    /// <summary>An earlier page had it already: write it again, because the last one wins, after everything written before has arrived.</summary>
    Repeat,

    /// <summary>It comes again in the same page; only the last one counts.</summary>
    Superseded,
}

/// <summary>Compares a page with the snapshot. Pure but for the marks that it sets.</summary>
internal static class PageDiff
{
    /// <summary>Judges every document of a page and marks it as seen.</summary>
    /// <param name="page">The page's documents, in the source's order.</param>
    /// <param name="snapshot">The index at the start of the sync.</param>
    /// <param name="seen">What the sync has met so far; this page is added.</param>
    /// <param name="skipUnchanged">False to write every document again.</param>
    /// <param name="verdicts">Receives one verdict a document.</param>
    /// <returns>The marks that this page set.</returns>
    public static PageMarks Compare(ReadOnlySpan<DocumentFacts> page, IdSnapshot snapshot, SeenIds seen, bool skipUnchanged, Span<Verdict> verdicts)
    {
        var marks = new PageMarks();

        // From the end, because of two documents with the same id in one page the last one counts.
        for (var index = page.Length - 1; index >= 0; index--)
        {
            var (key, version) = page[index];
            var ordinal = snapshot.Find(key, out var indexed);
            if (ordinal >= 0 ? seen.Mark(ordinal) : seen.MarkAdded(key))
            {
                if (ordinal >= 0)
                {
                    marks.Ordinals.Add(ordinal);
                    if (skipUnchanged && !version.IsNone && version == indexed)
                    {
                        verdicts[index] = Verdict.Skip;
                    }
                    else
                    {
                        marks.Changed.Add(ordinal);
                        verdicts[index] = Verdict.Change;
                    }
                }
                else
                {
                    marks.AddedKeys.Add(key.Low);
                    verdicts[index] = Verdict.Add;
                }
            }
            else
            {
                verdicts[index] = ComesAgain(page[(index + 1)..], key) ? Verdict.Superseded : Verdict.Repeat;
            }
        }

        return marks;
    }

    /// <summary>Marks a document that exists in the source but could not be read, so that it is not deleted.</summary>
    public static void MarkUnreadable(DocumentKey key, IdSnapshot snapshot, SeenIds seen, PageMarks marks)
    {
        var ordinal = snapshot.Find(key, out _);
        if (ordinal >= 0 && seen.Mark(ordinal))
        {
            marks.Ordinals.Add(ordinal);
            marks.Unreadable.Add(ordinal);
        }
    }

    private static bool ComesAgain(ReadOnlySpan<DocumentFacts> rest, DocumentKey key)
    {
        foreach (ref readonly var document in rest)
        {
            if (document.Key == key)
            {
                return true;
            }
        }

        return false;
    }
}
