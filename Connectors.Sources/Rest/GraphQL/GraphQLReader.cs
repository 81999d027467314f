using System.Text.RegularExpressions;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>
/// Reads the text of a query (GraphQL specification of October 2021, 2.2 to 2.12): operations and fragments with their fields, aliases and
/// arguments <c>after</c>; what is in between is passed over. One text, one object.
/// </summary>
internal sealed partial class GraphQLReader
{
    private const int Deepest = 100;

    /// <summary>Space, commas and remarks mean nothing.</summary>
    private const string Passed = @"[\s,\uFEFF]+|#[^\n\r]*";

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
    /// <exception cref="ConnectorException">There is something in it that GraphQL does not know.</exception>
    public GraphQLReader(string field, string text)
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

    /// <summary>Reads all of it.</summary>
    /// <exception cref="ConnectorException">It is no query.</exception>
    public (List<(string Kind, GraphQLSelection Fields)> Operations, Dictionary<string, GraphQLSelection> Fragments) Read()
    {
        var operations = new List<(string, GraphQLSelection)>();
        var fragments = new Dictionary<string, GraphQLSelection>(StringComparer.Ordinal);
        while (Next is { } word)
        {
            if (word == "{")
            {
                operations.Add(("query", Selection(Deepest)));
            }
            else if (word is "query" or "mutation" or "subscription")
            {
                _at++;
                PassHead();
                operations.Add((word, Selection(Deepest)));
            }
            else if (word == "fragment")
            {
                _at++;
                var name = Name();
                PassHead();
                fragments[name] = Selection(Deepest);
            }
            else
            {
                throw Wrong();
            }
        }

        return (operations, fragments);
    }

    private GraphQLSelection Selection(int deepest)
    {
        if (deepest == 0)
        {
            throw new ConnectorException($"{_field}: the query is more than {Deepest} levels deep.");
        }

        Expect("{");
        var selection = new GraphQLSelection();
        while (!Passes("}"))
        {
            if (!Passes("..."))
            {
                selection.Fields.Add(Field(deepest));
            }
            else if (Next is "on" or "@" or "{")
            {
                PassHead();
                selection.Inline.Add(Selection(deepest - 1));
            }
            else
            {
                selection.Spreads.Add(Name());
                Directives();
            }
        }

        return selection;
    }

    private GraphQLField Field(int deepest)
    {
        var key = Name();
        if (Passes(":"))
        {
            Name();
        }

        var after = Next == "(" ? Arguments() : null;
        Directives();
        return new GraphQLField(key, after, Next == "{" ? Selection(deepest - 1) : null);
    }

    /// <summary>Passes over arguments.</summary>
    /// <returns>The variable that is given to <c>after</c>.</returns>
    private string? Arguments()
    {
        Expect("(");
        string? after = null;
        while (!Passes(")"))
        {
            var name = Name();
            Expect(":");
            var variable = Next == "$";
            Value();
            after = name == "after" && variable ? _tokens[_at - 1] : after;
        }

        return after;
    }

    private void Value()
    {
        if (Passes("$"))
        {
            Name();
        }
        else if (Next is "[" or "{")
        {
            Balanced();
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

    private void Directives()
    {
        while (Passes("@"))
        {
            Name();
            if (Next == "(")
            {
                Balanced();
            }
        }
    }

    /// <summary>Passes over what stands before the braces: a name, variables, a type, directives.</summary>
    private void PassHead()
    {
        while (Next is not (null or "{"))
        {
            if (Next == "(")
            {
                Balanced();
            }
            else
            {
                _at++;
            }
        }
    }

    private void Balanced()
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

    private bool Passes(string token)
    {
        if (Next is null)
        {
            throw Wrong();
        }

        var passes = Next == token;
        _at += passes ? 1 : 0;
        return passes;
    }

    private void Expect(string token)
    {
        if (!Passes(token))
        {
            throw Wrong();
        }
    }

    private ConnectorException Wrong() => new($"{_field}: the text is no GraphQL query. Check that all braces are closed.");

    [GeneratedRegex($"\\G(?:{Passed}|(?<token>{BlockText}|{Text}|{Word}))", RegexOptions.None, 1000)]
    private static partial Regex Tokens();
}
