using Connectors.Tests.Support;

namespace Connectors.Tests.Docs;

/// <summary>The fenced blocks of a page of the documentation, and the commands in them.</summary>
internal static class CommandBlocks
{
    /// <summary>All fenced blocks of a page, in order.</summary>
    /// <param name="file">The page, relative to the root of the repository.</param>
    public static IReadOnlyList<DocBlock> Read(string file)
    {
        var (blocks, lines) = (new List<DocBlock>(), File.ReadAllLines(Path.Combine(Approved.Root, file)));
        for (var i = 0; i < lines.Length; i++)
        {
            var fence = lines[i].TrimStart();
            if (!fence.StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            var (start, indent) = (i, lines[i].Length - fence.Length);
            var text = new List<string>();
            for (i++; i < lines.Length && lines[i].Trim() != "```"; i++)
            {
                text.Add(lines[i].Length < indent ? lines[i].TrimStart() : lines[i][indent..]);
            }

            blocks.Add(new DocBlock(file, start + 1, fence[3..].Trim(), text));
        }

        return blocks;
    }
}

/// <summary>A fenced block.</summary>
/// <param name="File">Its page, relative to the root of the repository.</param>
/// <param name="Line">The line of its opening fence, from 1.</param>
/// <param name="Language">What stands behind the fence: <c>console</c>, <c>sh</c>, <c>yaml</c>; empty for none.</param>
/// <param name="Lines">What is between the fences.</param>
internal sealed record DocBlock(string File, int Line, string Language, IReadOnlyList<string> Lines)
{
    /// <summary>
    /// Its commands: in a <c>console</c> block what follows a <c>$</c>, with the lines below it as its output; in a <c>sh</c> block every
    /// line that is no remark. A line that ends with a backslash or a pipe goes on in the next one.
    /// </summary>
    public IEnumerable<DocCommand> Commands()
    {
        if (Language is not ("console" or "sh" or "bash"))
        {
            yield break;
        }

        for (var i = 0; i < Lines.Count; i++)
        {
            if (Language == "console" ? !IsPrompt(Lines[i]) : Lines[i].Trim().Length == 0 || Lines[i].TrimStart().StartsWith('#'))
            {
                continue;
            }

            var (at, text, output) = (Line + 1 + i, Language == "console" ? Lines[i][2..] : Lines[i].Trim(), new List<string>());
            while (text[^1] is '\\' or '|' && i + 1 < Lines.Count)
            {
                text = $"{text.TrimEnd('\\').TrimEnd()} {Lines[++i].Trim()}";
            }

            while (Language == "console" && i + 1 < Lines.Count && !IsPrompt(Lines[i + 1]))
            {
                output.Add(Lines[++i]);
            }

            yield return new DocCommand(File, at, text, string.Join('\n', output));
        }
    }

    private static bool IsPrompt(string line) => line.StartsWith("$ ", StringComparison.Ordinal);
}

/// <summary>A command of a block.</summary>
/// <param name="File">Its page.</param>
/// <param name="Line">Its line there.</param>
/// <param name="Text">The command, on one line.</param>
/// <param name="Output">What the page says that it prints; empty when it doesn't say.</param>
internal sealed record DocCommand(string File, int Line, string Text, string Output)
{
    /// <summary>The words that a shell would make of it; a remark at its end is left out. Pipes and redirections are words like
    /// others.</summary>
    /// <param name="variables">What <c>$NAME</c> is replaced by.</param>
    public IReadOnlyList<string> Words(IReadOnlyDictionary<string, string> variables)
    {
        var (words, word, quote) = (new List<string>(), (System.Text.StringBuilder?)null, '\0');
        for (var i = 0; i < Text.Length; i++)
        {
            var c = Text[i];
            if (quote == '\0' && c == ' ')
            {
                Finish();
            }
            else if (quote == '\0' && c == '#' && word is null)
            {
                break;
            }
            else if (c is '"' or '\'' && (quote == '\0' || quote == c))
            {
                (quote, word) = (quote == '\0' ? c : '\0', word ?? new());
            }
            else if (c == '\\' && quote != '\'' && i + 1 < Text.Length)
            {
                (word ??= new()).Append(Text[++i]);
            }
            else if (c == '$' && quote != '\'' && NameAt(i + 1) is { Length: > 0 } name)
            {
                i += name.Length;
                (word ??= new()).Append(variables.GetValueOrDefault(name, string.Empty));
            }
            else
            {
                (word ??= new()).Append(c);
            }
        }

        Finish();
        return words;

        void Finish()
        {
            if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }
    }

    private string NameAt(int start) => new([.. Text.Skip(start).TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c == '_')]);
}
