using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Paging;

/// <summary>Reads a Link header by its grammar (RFC 8288, section 3; the lenient reading of its appendix B.2).</summary>
internal ref struct LinkHeader
{
    private ReadOnlySpan<char> _rest;

    private LinkHeader(string header) => _rest = header;

    /// <summary>The target of an answer's headers that is called the next page; <see langword="null"/> when there is none.</summary>
    /// <exception cref="ConnectorException">One of the headers is no list of links.</exception>
    public static string? Next(RestResponse answer)
    {
        string? next = null;
        foreach (var header in answer.Headers.TryGetValues("Link", out var values) ? values : [])
        {
            // All of them are read: one that can't be might have named it.
            var found = Next(header);
            next ??= found;
        }

        return next;
    }

    /// <summary>The target whose relations hold <c>next</c>, as it is written; <see langword="null"/> when there is none.</summary>
    /// <exception cref="ConnectorException">The header is no list of links: nobody can tell whether there is a next page.</exception>
    public static string? Next(string header)
    {
        var reader = new LinkHeader(header);
        string? next = null;
        while (reader.ReadLink(out var target, out var relations))
        {
            if (
                next is null
                && relations.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Contains("next", StringComparer.OrdinalIgnoreCase)
            )
            {
                next = target;
            }
        }

        return next;
    }

    private bool ReadLink(out string target, out string relations)
    {
        (target, relations) = (string.Empty, string.Empty);
        SkipSpaces();
        while (Take(','))
        {
            SkipSpaces();
        }

        if (_rest.IsEmpty)
        {
            return false;
        }

        if (!Take('<') || _rest.IndexOf('>') is not (>= 0 and var end))
        {
            throw Damaged();
        }

        target = _rest[..end].Trim().ToString();
        _rest = _rest[(end + 1)..];
        var hasRelations = false;
        for (SkipSpaces(); Take(';'); SkipSpaces())
        {
            var (name, value) = ReadParameter();

            // Only the first counts (RFC 8288, section 3.3).
            if (!hasRelations && name.Equals("rel", StringComparison.OrdinalIgnoreCase))
            {
                (relations, hasRelations) = (value, true);
            }
        }

        return _rest.IsEmpty || _rest[0] == ',' ? true : throw Damaged();
    }

    /// <summary>A parameter; an empty name for a semicolon with nothing after it.</summary>
    private (string Name, string Value) ReadParameter()
    {
        SkipSpaces();
        var name = ReadUntil(" \t=;,");
        SkipSpaces();
        if (!Take('='))
        {
            return (name, string.Empty);
        }

        SkipSpaces();
        return name.Length == 0 ? throw Damaged() : (name, Take('"') ? ReadQuoted() : ReadUntil(" \t;,"));
    }

    private string ReadUntil(ReadOnlySpan<char> ends)
    {
        var end = _rest.IndexOfAny(ends);
        var text = end < 0 ? _rest : _rest[..end];
        _rest = _rest[text.Length..];
        return text.Contains('"') || text.Contains('<') ? throw Damaged() : text.ToString();
    }

    /// <summary>The rest of a quoted string, in which a backslash stands before a character that is meant as it is.</summary>
    private string ReadQuoted()
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < _rest.Length; i++)
        {
            switch (_rest[i])
            {
                case '"':
                    _rest = _rest[(i + 1)..];
                    return text.ToString();
                case '\\' when i + 1 < _rest.Length:
                    text.Append(_rest[++i]);
                    break;
                case var other:
                    text.Append(other);
                    break;
            }
        }

        throw Damaged();
    }

    private bool Take(char expected)
    {
        if (_rest.IsEmpty || _rest[0] != expected)
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    private void SkipSpaces() => _rest = _rest.TrimStart(" \t");

    private static ConnectorException Damaged() =>
        new(
            "The Link header of an answer can't be read, so nobody can tell whether there is another page. Have the server "
                + "corrected."
        );
}
