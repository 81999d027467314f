using System.Globalization;
using System.Text;
using Connectors.Cli.Output.Screen;

namespace Connectors.Tests.Cli.Screen;

/// <summary>
/// A terminal: carries out what is written to it, as xterm does, and shows what a person would see, with all that has left the screen at
/// the top. It knows the few control sequences that a line-oriented program may use, and refuses every other one.
/// </summary>
internal sealed class TerminalScreen(int columns, int rows) : StringWriter(CultureInfo.InvariantCulture)
{
    private readonly List<string> _scrolledOff = [];
    private readonly List<char[]> _lines = [Blank(columns)];
    private string _unread = "";
    private int _row;
    private int _column;

    /// <summary>What the terminal says of itself.</summary>
    public ScreenSize Told { get; private set; } = new(columns, rows);

    private ScreenSize Size { get; } = new(columns, rows);

    public override string NewLine => "\n";

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Says that it has fewer columns than it has, so that a line that is too long can be seen.</summary>
    public void Narrow(int toColumns) => Told = new ScreenSize(toColumns, Told.Rows);

    /// <summary>What a person sees.</summary>
    public string Text
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _scrolledOff.Concat(_lines.Select(line => new string(line).TrimEnd()))).TrimEnd() + "\n";
            }
        }
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(string? value)
    {
        lock (_lines)
        {
            var text = _unread + value;
            var at = 0;
            while (at < text.Length && Next(text, ref at)) { }

            _unread = text[at..];
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine() => Write("\n");

    private static char[] Blank(int columns) => [.. Enumerable.Repeat(' ', columns)];

    private bool Next(string text, ref int at)
    {
        switch (text[at])
        {
            case '\n': // the terminal's driver makes a carriage return of it as well
                _column = 0;
                Down();
                break;
            case '\r':
                _column = 0;
                break;
            case '\u001b':
                var end = at + 2;
                while (end < text.Length && text[end] is < '@')
                {
                    end++;
                }

                if (end >= text.Length)
                {
                    return false;
                }

                Control(text[(at + 1)..(end + 1)]);
                at = end;
                break;
            case < ' ':
                throw new InvalidOperationException($"U+{(int)text[at]:X4} was written.");
            default:
                Put(text[at]);
                break;
        }

        at++;
        return true;
    }

    private void Put(char character)
    {
        // The last place of a line is taken without going on to the next one: that happens with the character that has none.
        if (_column == Size.Columns)
        {
            _column = 0;
            Down();
        }

        _lines[_row][_column++] = character;
    }

    private void Down()
    {
        _row++;
        if (_row == _lines.Count)
        {
            _lines.Add(Blank(Size.Columns));
        }

        if (_lines.Count > Size.Rows)
        {
            _scrolledOff.Add(new string(_lines[0]).TrimEnd());
            _lines.RemoveAt(0);
            _row--;
        }
    }

    private void Control(string sequence)
    {
        var digits = sequence[1..^1];
        var number = int.TryParse(digits, CultureInfo.InvariantCulture, out var parsed) ? parsed : (int?)null;
        switch (sequence[0], sequence[^1])
        {
            case ('[', 'A'):
                _row = Math.Max(0, _row - (number ?? 1));
                break;
            case ('[', 'J') when number is null or 0:
                Array.Fill(_lines[_row], ' ', Math.Min(_column, Size.Columns - 1), Size.Columns - Math.Min(_column, Size.Columns - 1));
                _lines.RemoveRange(_row + 1, _lines.Count - _row - 1);
                break;
            case ('[', 'm'): // colours
                break;
            default:
                throw new InvalidOperationException($"ESC {sequence} was written, which this terminal does not know.");
        }
    }
}
