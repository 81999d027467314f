using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.GraphQL.Queries;

/// <summary>
/// Parses the text of a query (GraphQL specification of October 2021, 2.2 to 2.12): operations and fragments with their fields, aliases and
/// arguments <c>after</c>; everything else is skipped. One object parses one text.
/// </summary>
internal sealed partial class GraphQLParser
{
    private const int MaxDepth = 100;

    /// <summary>Ignored tokens: white space, commas and comments.</summary>
    private const string Ignored = @"[\s,\uFEFF]+|#[^\n\r]*";

    /// <summary>A text between three quotes, in which three quotes have a backslash before them.</summary>
    private const string BlockText = """\"{3}(?:\\"{3}|[^"]|"(?!""))*\"{3}""";

    private const string Text = @"""(?:\\.|[^""\\\n])*""";

    /// <summary>Names, numbers, and punctuation.</summary>
    private const string Word = @"\.\.\.|[_A-Za-z][_0-9A-Za-z]*|-?[0-9][-+.0-9A-Za-z]*|[!$&()\[\]{}:=@|]";

    private readonly string _field;
    private readonly List<string> _tokens = [];
    private int _at;

    /// <param name="field">The field that holds it, for messages.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="ConnectorException">The text has a character that GraphQL does not know.</exception>
    public GraphQLParser(string field, string text)
    {
        _field = field;
        for (var position = 0; position < text.Length;)
        {
            var token = Tokens().Match(text, position);
            if (!token.Success)
            {
                throw Wrong();
            }

            position += token.Length;
            if (token.Groups["token"].Success)
            {
                _tokens.Add(token.Value);
            }
        }
    }

    private string? Next => _at < _tokens.Count ? _tokens[_at] : null;

    /// <summary>Parses the text.</summary>
    /// <exception cref="ConnectorException">The text is not a query.</exception>
    public (List<(string Kind, GraphQLSelection Fields)> Operations, Dictionary<string, GraphQLSelection> Fragments) Parse()
    {
        var operations = new List<(string, GraphQLSelection)>();
        var fragments = new Dictionary<string, GraphQLSelection>(StringComparer.Ordinal);
        while (Next is { } word)
        {
            if (word == "{")
            {
                operations.Add(("query", Selection(MaxDepth)));
            }
            else if (word is "query" or "mutation" or "subscription")
            {
                _at++;
                SkipHead();
                operations.Add((word, Selection(MaxDepth)));
            }
            else if (word == "fragment")
            {
                _at++;
                var name = Name();
                SkipHead();
                fragments[name] = Selection(MaxDepth);
            }
            else
            {
                throw Wrong();
            }
        }

        return (operations, fragments);
    }

    private GraphQLSelection Selection(int levelsLeft)
    {
        if (levelsLeft == 0)
        {
            throw new ConnectorException($"{_field}: the query is more than {MaxDepth} levels deep.");
        }

        Expect("{");
        var selection = new GraphQLSelection();
        while (!Takes("}"))
        {
            if (!Takes("..."))
            {
                selection.Fields.Add(Field(levelsLeft));
            }
            else if (Next is "on" or "@" or "{")
            {
                SkipHead();
                selection.Inline.Add(Selection(levelsLeft - 1));
            }
            else
            {
                selection.Spreads.Add(Name());
                SkipDirectives();
            }
        }

        return selection;
    }

    private GraphQLField Field(int levelsLeft)
    {
        var key = Name();
        if (Takes(":"))
        {
            Name();
        }

        var after = Next == "(" ? Arguments() : null;
        SkipDirectives();
        return new GraphQLField(key, after, Next == "{" ? Selection(levelsLeft - 1) : null);
    }

    /// <summary>Skips arguments.</summary>
    /// <returns>The variable that is given to <c>after</c>.</returns>
    private string? Arguments()
    {
        Expect("(");
        string? after = null;
        while (!Takes(")"))
        {
            var name = Name();
            Expect(":");
            var variable = Next == "$";
            SkipValue();
            after = name == "after" && variable ? _tokens[_at - 1] : after;
        }

        return after;
    }

    private void SkipValue()
    {
        if (Takes("$"))
        {
            Name();
        }
        else if (Next is "[" or "{")
        {
            SkipBrackets();
        }
        else if (Next is null or "]" or "}" or ")" or ":")
        {
            throw Wrong();
        }
        else
        {
            _at++;
        }
    }

    private void SkipDirectives()
    {
        while (Takes("@"))
        {
            Name();
            if (Next == "(")
            {
                SkipBrackets();
            }
        }
    }

    /// <summary>Skips what stands before the braces: a name, variables, a type, directives.</summary>
    private void SkipHead()
    {
        while (Next is not (null or "{"))
        {
            if (Next == "(")
            {
                SkipBrackets();
            }
            else
            {
                _at++;
            }
        }
    }

    private void SkipBrackets()
    {
        var depth = 0;
        do
        {
            depth += Next switch
            {
                "(" or "[" or "{" => 1,
                ")" or "]" or "}" => -1,
                null => throw Wrong(),
                _ => 0,
            };
            _at++;
        } while (depth > 0);
    }

    private string Name()
    {
        if (Next is not { } name || !(char.IsAsciiLetter(name[0]) || name[0] == '_'))
        {
            throw Wrong();
        }

        _at++;
        return name;
    }

    private bool Takes(string token)
    {
        if (Next is null)
        {
            throw Wrong();
        }

        var takes = Next == token;
        _at += takes ? 1 : 0;
        return takes;
    }

    private void Expect(string token)
    {
        if (!Takes(token))
        {
            throw Wrong();
        }
    }

    private ConnectorException Wrong() => new($"{_field}: the text is no GraphQL query. Check that all braces are closed.");

    [GeneratedRegex($"\\G(?:{Ignored}|(?<token>{BlockText}|{Text}|{Word}))", RegexOptions.None, 1000)]
    private static partial Regex Tokens();
}
