using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Connectors.Sync.Configuration.Loading;

/// <summary>
/// Flattens a YAML file into entries with their lines. Sections may be nested, written with dots
/// (<c>elasticsearch.bulk.chunk_size: 500</c>), or both, as with the Python service.
/// </summary>
internal sealed class YamlEntries
{
    // Ours go four deep; what is nested for its own sake costs memory that grows with the square of its depth.
    private const int MaxDepth = 16;
    private readonly string _file;
    private readonly Func<string, string?> _environment;
    private readonly List<ConfigProblem> _problems;
    private readonly Dictionary<string, ConfigEntry> _entries = new(StringComparer.Ordinal);
    private string? _section;

    private YamlEntries(string file, Func<string, string?> environment, List<ConfigProblem> problems)
    {
        _file = file;
        _environment = environment;
        _problems = problems;
    }

    /// <summary>Reads the text of a file. What is wrong with it is added to <paramref name="problems"/>.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="text">Its content.</param>
    /// <param name="environment">Value of an environment variable, or <see langword="null"/>.</param>
    /// <param name="problems">Receives faults.</param>
    /// <param name="isWhole">False when the text is not valid YAML to its end: some entries are missing then.</param>
    public static Dictionary<string, ConfigEntry> Read(
        string file,
        string text,
        Func<string, string?> environment,
        List<ConfigProblem> problems,
        out bool isWhole
    )
    {
        var reader = new YamlEntries(file, environment, problems);
        isWhole = true;
        try
        {
            reader.ReadStream(new Parser(new StringReader(text)));
        }
        catch (TooDeepException exception)
        {
            isWhole = false;
            problems.Add(
                new ConfigProblem(
                    exception.Location,
                    "",
                    $"settings are nested more than {MaxDepth} levels deep, which none of them is. Check the brackets and the indentation."
                )
            );
        }
        catch (YamlException exception)
        {
            // The library's message may quote the text, which may be a password.
            isWhole = false;
            problems.Add(
                TabInIndentation(file, text)
                    ?? new ConfigProblem(
                        $"{file}:{exception.Start.Line}",
                        "",
                        $"this is not valid YAML (column {exception.Start.Column}). "
                            + "Check the indentation, and put values with : # * & ! % @ or quotes in them into single quotes."
                    )
            );
        }

        return reader._entries;
    }

    private static ConfigProblem? TabInIndentation(string file, string text)
    {
        var line = Array.FindIndex(text.Split('\n'), line => line.AsSpan(0, line.Length - line.AsSpan().TrimStart().Length).Contains('\t'));
        return line < 0 ? null : new ConfigProblem($"{file}:{line + 1}", "", "the line is indented with a tab. YAML allows spaces only.");
    }

    private void ReadStream(Parser parser)
    {
        parser.Consume<StreamStart>();
        var documents = 0;
        while (parser.TryConsume<DocumentStart>(out var start))
        {
            if (++documents > 1)
            {
                _problems.Add(new ConfigProblem(At(start.Start), "", "a second YAML document starts here (---). Keep everything in one."));
                return;
            }

            if (parser.Accept<Scalar>(out var root) && root.Value.Length == 0)
            {
                parser.MoveNext();
            }
            else if (parser.Accept<MappingStart>(out _))
            {
                ReadNode(parser, "");
            }
            else
            {
                _problems.Add(new ConfigProblem(At(start.End), "", "the file must consist of settings, each written as key: value."));
                return;
            }

            parser.Consume<DocumentEnd>();
        }
    }

    private void ReadNode(Parser parser, string key, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new TooDeepException(At(parser.Current?.Start ?? Mark.Empty));
        }

        switch (parser.Current)
        {
            case Scalar scalar:
                Add(key, scalar);
                parser.MoveNext();
                break;
            case MappingStart mapping:
                ReadMapping(parser, key, mapping, depth + 1);
                break;
            case SequenceStart sequence:
                ReadSequence(parser, key, sequence, depth + 1);
                break;
            case AnchorAlias alias:
                _problems.Add(
                    new ConfigProblem(
                        At(alias.Start),
                        key,
                        "a value that starts with * is a YAML alias, which is not supported here. "
                            + "Put it into single quotes if it is meant as text."
                    )
                );
                parser.MoveNext();
                break;
            default:
                parser.MoveNext();
                break;
        }
    }

    private void ReadMapping(Parser parser, string key, MappingStart mapping, int depth)
    {
        parser.MoveNext();
        var count = 0;
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            count++;
            if (parser.Current is not Scalar name)
            {
                throw new YamlException(parser.Current?.Start ?? mapping.Start, parser.Current?.End ?? mapping.End, "key");
            }

            _section = key.Length == 0 ? At(name.Start) : _section;
            parser.MoveNext();
            ReadNode(parser, key.Length == 0 ? name.Value : $"{key}.{name.Value}", depth);
        }

        if (count == 0 && key.Length > 0)
        {
            Keep(new ConfigEntry(key, null, "{}", At(mapping.Start), EntryShape.Empty));
        }
    }

    private void ReadSequence(Parser parser, string key, SequenceStart sequence, int depth)
    {
        parser.MoveNext();
        var count = 0;
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            ReadNode(parser, $"{key}.{count++}", depth);
        }

        if (count == 0)
        {
            Keep(new ConfigEntry(key, null, "[]", At(sequence.Start), EntryShape.Empty));
        }
    }

    private void Add(string key, Scalar scalar)
    {
        var place = At(scalar.Start);
        var isNull =
            scalar is
            { IsPlainImplicit: true, Style: ScalarStyle.Plain or ScalarStyle.Any, Value: "" or "~" or "null" or "Null" or "NULL" };
        var text = isNull
            ? null
            : EnvironmentReferences.Resolve(scalar.Value, _environment, message => _problems.Add(new ConfigProblem(place, key, message)));
        if (text is { Length: 0 } && scalar.Style == ScalarStyle.Plain)
        {
            text = null;
        }

        Keep(new ConfigEntry(key, text, scalar.Value, place));
    }

    private void Keep(ConfigEntry entry)
    {
        if (_entries.TryGetValue(entry.Key, out var first))
        {
            _problems.Add(
                new ConfigProblem(entry.Location, entry.Key, $"set a second time; the first is at {first.Location}. Keep one of them.")
            );
            return;
        }

        _entries.Add(entry.Key, entry with { SectionLocation = _section });
    }

    private string At(Mark mark) => $"{_file}:{mark.Line}";

    private sealed class TooDeepException(string place) : Exception
    {
        public string Location => place;
    }
}
