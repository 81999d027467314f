using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sync.Diff;

/// <summary>Limits how much of an index one sync may delete.</summary>
internal sealed record DeleteGuardOptions
{
    /// <summary>Largest share of the index's documents that one sync may delete, in percent. Default 15 (AWS Bedrock's figure for its own
    /// connectors); 100 switches the check off, but for a source that lists nothing at all.</summary>
    [Range(0, 100)]
    public double MaxPercent { get; init; } = 15;

    /// <summary>So many documents may vanish in one sync even where they are more than <see cref="MaxPercent"/>. Default 20.</summary>
    [Range(0, int.MaxValue)]
    public int MaxDocuments { get; init; } = 20;
}

/// <summary>Judges the deletes of a completely read source before any of them is sent. Pure.</summary>
internal static class DeleteGuard
{
    /// <summary>Why the deletes are refused, in a sentence, or <see langword="null"/> when they are allowed.</summary>
    /// <param name="indexed">Documents that the index held at the start.</param>
    /// <param name="listed">Documents that the source listed.</param>
    /// <param name="vanished">Documents of the index that the source did not list.</param>
    /// <param name="options">The limits.</param>
    /// <param name="allowMassDelete">The override for this one sync.</param>
    /// <param name="isDryRun">Whether nothing is written anyway.</param>
    /// <param name="onlyDeletes">Whether the sync writes no document of any kind.</param>
    public static string? Refuse(
        long indexed,
        long listed,
        long vanished,
        DeleteGuardOptions options,
        bool allowMassDelete,
        bool isDryRun = false,
        bool onlyDeletes = false
    )
    {
        var nothing = isDryRun ? "Nothing would be deleted" : "Nothing was deleted";
        if (allowMassDelete || vanished == 0)
        {
            return null;
        }

        if (listed == 0)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{nothing}: the source listed no document at all, while the index holds {indexed:N0}. Check the source's configuration "
                    + $"and permissions. If it is really empty, run this one sync with --allow-mass-delete (allowMassDelete in the HTTP "
                    + $"API)."
            );
        }

        var percent = 100.0 * vanished / indexed;
        if (vanished <= options.MaxDocuments || percent <= options.MaxPercent)
        {
            return null;
        }

        // Rounded, but neither to all of them nor to what is allowed.
        var share =
            vanished < indexed && percent > 99.9 ? "more than 99.9"
            : percent < options.MaxPercent + 0.1 ? string.Create(CultureInfo.InvariantCulture, $"more than {options.MaxPercent:0.#}")
            : percent.ToString("0.#", CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{nothing}: {vanished:N0} of the index's {Quantity.Of(indexed, "document")} ({share} %) "
                + $"{(vanished == 1 ? "is" : "are")} no longer in the source. elasticsearch.delete_guard allows "
                + $"{options.MaxPercent:0.#} % or {Quantity.Of(options.MaxDocuments, "document")}, whichever is more."
                + $"{Written(isDryRun, onlyDeletes)} If the deletes "
                + $"are right, run this one sync with --allow-mass-delete (allowMassDelete in the HTTP API), or raise max_percent or "
                + $"max_documents."
        );
    }

    /// <summary>The sentence that refuses to delete anything from an index whose documents no connector wrote: somebody may have named the
    /// wrong one.</summary>
    /// <param name="index">The index.</param>
    /// <param name="indexed">Documents that it held at the start.</param>
    /// <param name="vanished">Documents of the index that the source did not list.</param>
    /// <param name="isDryRun">Whether nothing is written anyway.</param>
    /// <param name="onlyDeletes">Whether the sync writes no document of any kind.</param>
    public static string Foreign(string index, long indexed, long vanished, bool isDryRun = false, bool onlyDeletes = false) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(isDryRun ? "Nothing would be deleted" : "Nothing was deleted")}: index '{index}' holds documents that no connector "
                + $"wrote, and {vanished:N0} of its {indexed:N0} {(vanished == 1 ? "is" : "are")} not in the source."
                + $"{Written(isDryRun, onlyDeletes)} If it is the wrong index, attach another one. If all of them may go, run "
                + $"this one sync with --allow-mass-delete (allowMassDelete in the HTTP API)."
        );

    /// <summary>What becomes of the other documents of a sync whose deletes are refused: a sentence after a space, or nothing when it
    /// writes none.</summary>
    /// <param name="isDryRun">Whether nothing is written anyway.</param>
    /// <param name="onlyDeletes">Whether the sync writes no document of any kind.</param>
    public static string Written(bool isDryRun, bool onlyDeletes) =>
        onlyDeletes ? string.Empty
        : isDryRun ? " New and changed documents would be written."
        : " New and changed documents were written.";
}
