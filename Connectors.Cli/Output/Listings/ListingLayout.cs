using Connectors.Cli.Output.Screen;
using Connectors.Sync.Diagnostics;

namespace Connectors.Cli.Output.Listings;

/// <summary>Puts rows and columns into lines: ids, states, names and numbers are never broken, whatever the width. Pure.</summary>
internal sealed class ListingLayout
{
    private const string Indent = "  ";
    private const string Gap = "  ";
    private const string BelowIndent = "    ";
    private const int MaxSentenceLines = 2;
    private const string Cut = "...";

    // A long name takes a line of its own, and not the places of all others.
    private const int MaxBelowCells = 30;

    private readonly IReadOnlyList<ListingColumn> _columns;
    private readonly IReadOnlyList<string[]> _rows;
    private readonly int? _width;
    private readonly int[] _widths;
    private readonly int[] _placed;

    /// <param name="columns">The columns.</param>
    /// <param name="rows">The rows, with a cell for each column.</param>
    /// <param name="width">Columns of the terminal; <see langword="null"/> when lines may be of any length.</param>
    public ListingLayout(IReadOnlyList<ListingColumn> columns, IReadOnlyList<IReadOnlyList<string>> rows, int? width)
    {
        _columns = columns;
        _rows = [.. rows.Select(row => row.Select(cell => VisibleText.Of(cell.ReplaceLineEndings(" "))).ToArray())];
        _width = width;
        _widths =
        [
            .. columns.Select(
                (column, i) =>
                    _rows.Where(row => HasRoom(i, row[i])).Select(row => CellWidth.Of(row[i])).Append(CellWidth.Of(column.Name)).Max()
            ),
        ];
        _placed = Place();
        Header = Line([.. columns.Select(column => column.Name)], isHeader: true);
        HasLeftOut = Unplaced(ColumnFallback.LeftOut).Any(i => _rows.Any(row => row[i].Length > 0));
    }

    /// <summary>The line of the columns' names.</summary>
    public string Header { get; }

    /// <summary>Whether something is not shown.</summary>
    public bool HasLeftOut { get; private set; }

    /// <summary>The lines of the rows, without the header.</summary>
    public IReadOnlyList<string> Lines()
    {
        var lines = new List<string>();
        foreach (var row in _rows)
        {
            lines.Add(Line(row));
            if (_width is not { } width)
            {
                continue;
            }

            var below = Enumerable
                .Range(0, _columns.Count)
                .Where(i => _columns[i].Otherwise == ColumnFallback.Below && row[i].Length > 0)
                .Where(i => !_placed.Contains(i) || !HasRoom(i, row[i]))
                .Select(i => $"{_columns[i].Name} {row[i]}");
            lines.AddRange(
                WordWrap
                    .Join(below, ", ", width - BelowIndent.Length)
                    .SelectMany(line => WordWrap.Lines(line, width - BelowIndent.Length))
                    .Select(line => BelowIndent + line)
            );
            foreach (var i in Unplaced(ColumnFallback.Sentence).Where(i => row[i].Length > 0))
            {
                var sentence = WordWrap.Lines(row[i], width - BelowIndent.Length).ToList();
                if (sentence.Count > MaxSentenceLines)
                {
                    HasLeftOut = true;
                    sentence = [.. WordWrap.Lines(row[i], width - BelowIndent.Length - Cut.Length).Take(MaxSentenceLines)];
                    sentence[^1] += Cut;
                }

                lines.AddRange(sentence.Select(line => BelowIndent + line));
            }
        }

        return lines;
    }

    private int[] Place()
    {
        var all = Enumerable.Range(0, _columns.Count);
        if (_width is not { } width)
        {
            return [.. all];
        }

        var placed = new SortedSet<int> { 0 };
        var used = Indent.Length + _widths[0];
        foreach (var i in all.Skip(1).OrderBy(i => _columns[i].Rank).Where(i => _columns[i].Otherwise != ColumnFallback.Sentence))
        {
            // A column without values has nothing to say.
            if (_rows.All(row => row[i].Length == 0 || !HasRoom(i, row[i])))
            {
                continue;
            }

            if (used + Gap.Length + _widths[i] <= width)
            {
                placed.Add(i);
                used += Gap.Length + _widths[i];
            }
        }

        return [.. placed];
    }

    private IEnumerable<int> Unplaced(ColumnFallback otherwise) =>
        Enumerable.Range(0, _columns.Count).Where(i => !_placed.Contains(i) && _columns[i].Otherwise == otherwise);

    private bool HasRoom(int column, string cell) =>
        _width is null || column == 0 || _columns[column].Otherwise != ColumnFallback.Below || CellWidth.Of(cell) <= MaxBelowCells;

    private string Line(string[] cells, bool isHeader = false) =>
        (Indent + string.Join(Gap, _placed.Select(i => Padded(isHeader || HasRoom(i, cells[i]) ? cells[i] : "", _widths[i])))).TrimEnd();

    private static string Padded(string cell, int width) => cell + new string(' ', width - CellWidth.Of(cell));
}
