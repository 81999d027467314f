using System.Collections.Immutable;
using Connectors.Abstractions;

namespace Connectors.Sources.Files.Walking;

/// <summary>
/// A pattern in the sense of Python's <c>pathlib</c>: components divided by <c>/</c>; <c>**</c> stands for any number of folders, none
/// included (at the end: for everything below); inside a component <c>*</c> is any text, <c>?</c> one character, <c>[abc]</c>, <c>[a-z]</c>
/// and <c>[!a-z]</c> one of a set. Names that begin with a dot are ordinary names. Upper and lower case differ, except on Windows.
/// </summary>
/// <remarks>Several patterns are one: what any of them means. Immutable. A folder's <see cref="State"/> holds the components that the names
/// below it can match next, so a walk enters no folder in vain.</remarks>
internal sealed class GlobPattern
{
    private const string AnyFolders = "**";
    private readonly string[] _components;
    private readonly bool[] _isLast;
    private readonly bool _ignoreCase;

    private GlobPattern(IReadOnlyList<string[]> patterns, bool ignoreCase)
    {
        _components = [.. patterns.SelectMany(components => components)];
        _isLast = [.. patterns.SelectMany(components => components.Select((_, position) => position == components.Length - 1))];
        _ignoreCase = ignoreCase;
        Root = Closure([.. Enumerable.Range(0, _components.Length).Where(position => position == 0 || _isLast[position - 1])]);
    }

    /// <summary>The state of the folder that the pattern is relative to.</summary>
    public State Root { get; }

    /// <exception cref="ConnectorException">The pattern is empty, absolute or climbs out with <c>..</c>.</exception>
    public static GlobPattern Parse(string pattern) => Parse(pattern, OperatingSystem.IsWindows());

    /// <summary>Several patterns as one.</summary>
    /// <exception cref="ConnectorException">One is empty, absolute or climbs out with <c>..</c>.</exception>
    public static GlobPattern Parse(IEnumerable<string> patterns) => new([.. patterns.Select(Components)], OperatingSystem.IsWindows());

    internal static GlobPattern Parse(string pattern, bool ignoreCase) => new([Components(pattern)], ignoreCase);

    private static string[] Components(string pattern)
    {
        if (Path.IsPathRooted(pattern))
        {
            throw new ConnectorException($"pattern: '{pattern}' is absolute. Give a pattern relative to the directory, for example **/*.*");
        }

        var separators = OperatingSystem.IsWindows() ? new[] { '/', '\\' } : ['/'];
        var components = pattern.Split(separators, StringSplitOptions.RemoveEmptyEntries).Where(component => component != ".").ToArray();
        if (components.Length == 0)
        {
            throw new ConnectorException(
                "pattern: required, but empty. Give a pattern, for example **/*.* for all files with a dot in their name."
            );
        }

        return components.Contains("..", StringComparer.Ordinal)
            ? throw new ConnectorException(
                $"pattern: '{pattern}' leaves the directory with '..'. Set the directory to the folder that is meant."
            )
            : components;
    }

    /// <summary>Whether a file of this name, in a folder with this state, is meant.</summary>
    public bool MatchesFile(State folder, ReadOnlySpan<char> name)
    {
        foreach (var position in folder.Positions)
        {
            if (_isLast[position] && (_components[position] == AnyFolders || Matches(_components[position], name)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The state of a folder of this name within a folder with this state; <see cref="State.IsDead"/> when nothing below it can
    /// match.</summary>
    /// <param name="folder">The state of the folder around it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isLink">Whether it is a symbolic link: those are followed where a component names them, and never by <c>**</c>, so no
    /// loop is endless.</param>
    public State Enter(State folder, ReadOnlySpan<char> name, bool isLink)
    {
        var next = ImmutableArray.CreateBuilder<int>();
        foreach (var position in folder.Positions)
        {
            if (_components[position] == AnyFolders)
            {
                if (!isLink)
                {
                    next.Add(position);
                }
            }
            else if (!_isLast[position] && Matches(_components[position], name))
            {
                next.Add(position + 1);
            }
        }

        return Closure(next.ToImmutable());
    }

    /// <summary>Adds what can come next because <c>**</c> may stand for no folder at all.</summary>
    private State Closure(ImmutableArray<int> positions)
    {
        var all = new SortedSet<int>();
        foreach (var start in positions)
        {
            for (var position = start; all.Add(position) && _components[position] == AnyFolders && !_isLast[position];)
            {
                position++;
            }
        }

        return new State([.. all]);
    }

    private bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        var (at, in_) = (0, 0);
        var (afterStar, retry) = (-1, 0);
        while (in_ < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (afterStar, retry) = (++at, in_);
            }
            else if (at < pattern.Length && MatchesOne(pattern, at, name[in_], out var end))
            {
                (at, in_) = (end, in_ + 1);
            }
            else if (afterStar >= 0)
            {
                (at, in_) = (afterStar, ++retry);
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].Trim('*').IsEmpty;
    }

    private bool MatchesOne(ReadOnlySpan<char> pattern, int at, char character, out int end)
    {
        end = at + 1;
        if (pattern[at] == '?')
        {
            return true;
        }

        // A bracket that is never closed is an ordinary character, and the first character of a set may be ']'.
        var close = pattern[at] == '[' ? FindClose(pattern, at) : -1;
        if (close < 0)
        {
            return Same(pattern[at], character);
        }

        end = close + 1;
        var negated = pattern[at + 1] == '!';
        return InSet(pattern[(at + (negated ? 2 : 1))..close], character) != negated;
    }

    private static int FindClose(ReadOnlySpan<char> pattern, int open)
    {
        var first = open + 1;
        if (first < pattern.Length && pattern[first] == '!')
        {
            first++;
        }

        var close = first + 1 <= pattern.Length ? pattern[Math.Min(first + 1, pattern.Length)..].IndexOf(']') : -1;
        return close < 0 ? -1 : first + 1 + close;
    }

    private bool InSet(ReadOnlySpan<char> set, char character)
    {
        for (var i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                if (Within(set[i], set[i + 2], character))
                {
                    return true;
                }

                i += 2;
            }
            else if (Same(set[i], character))
            {
                return true;
            }
        }

        return false;
    }

    private bool Within(char low, char high, char character) =>
        (low <= character && character <= high)
        || (
            _ignoreCase
            && (
                (low <= char.ToLowerInvariant(character) && char.ToLowerInvariant(character) <= high)
                || (low <= char.ToUpperInvariant(character) && char.ToUpperInvariant(character) <= high)
            )
        );

    private bool Same(char item, char other) =>
        item == other || (_ignoreCase && char.ToUpperInvariant(item) == char.ToUpperInvariant(other));

    /// <summary>Which components of the pattern the names in a folder can match next.</summary>
    internal readonly record struct State(ImmutableArray<int> Positions)
    {
        /// <summary>Whether nothing in the folder can match.</summary>
        public bool IsDead => Positions.IsDefaultOrEmpty;
    }
}
