namespace Connectors.Sync.Diff;

/// <summary>The part of a document that the diff needs.</summary>
internal readonly record struct DocumentState(DocumentKey Key, DocumentVersion Version);

/// <summary>The result of comparing a document with the snapshot.</summary>
internal enum Verdict : byte
{
    /// <summary>The index has this version.</summary>
    Skip,

    /// <summary>The index does not have it.</summary>
    Add,

    /// <summary>The index has another version.</summary>
    Change,

    /// <summary>An earlier page listed it: write it again after all earlier writes, because the last one wins.</summary>
    Repeat,

    /// <summary>It appears again in the same page; only the last one counts.</summary>
    Superseded,
}

/// <summary>Compares a page with the snapshot. Pure, except that it marks ids as seen.</summary>
internal static class PageDiff
{
    /// <summary>Judges every document of a page and marks it as seen.</summary>
    /// <param name="page">The page's documents, in the source's order.</param>
    /// <param name="snapshot">The index at the start of the sync.</param>
    /// <param name="seen">The ids that the sync has seen; this page's are added.</param>
    /// <param name="skipUnchanged">False to write every document again.</param>
    /// <param name="verdicts">Receives one verdict a document.</param>
    /// <returns>The ids that this page saw.</returns>
    public static PageSeenIds Compare(
        ReadOnlySpan<DocumentState> page,
        IdSnapshot snapshot,
        SeenIds seen,
        bool skipUnchanged,
        Span<Verdict> verdicts
    )
    {
        var marks = new PageSeenIds();

        // Backwards, because the last of several documents with the same id counts.
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

    /// <summary>Marks an existing but unreadable document as seen, so that it is not deleted.</summary>
    public static void MarkUnreadable(DocumentKey key, IdSnapshot snapshot, SeenIds seen, PageSeenIds marks)
    {
        var ordinal = snapshot.Find(key, out _);
        if (ordinal >= 0 && seen.Mark(ordinal))
        {
            marks.Ordinals.Add(ordinal);
            marks.Unreadable.Add(ordinal);
        }
    }

    private static bool ComesAgain(ReadOnlySpan<DocumentState> rest, DocumentKey key)
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
