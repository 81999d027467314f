using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;

namespace Connectors.Cli.Help;

/// <summary>The help of a command: the usual one, then details, examples and exit codes.</summary>
internal sealed class HelpPage(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = usual.Invoke(parseResult);
        var topic = HelpTopics.Of(PathOf(parseResult.CommandResult.Command));
        var output = parseResult.InvocationConfiguration.Output;
        if (topic.Details.Count > 0)
        {
            output.WriteLine("Details:");
            foreach (var paragraph in topic.Details)
            {
                WriteWrapped(output, paragraph, "  ");
            }

            output.WriteLine();
        }

        if (topic.Examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var (what, line) in topic.Examples)
            {
                WriteWrapped(output, $"{what}:", "  ");
                WriteCommand(output, $"elastic-ingest {line}".TrimEnd());
            }

            output.WriteLine();
        }

        output.WriteLine("Exit codes:");
        foreach (var (code, meaning) in topic.ExitCodes())
        {
            WriteWrapped(output, meaning, "       ", $"  {code.ToString(CultureInfo.InvariantCulture),-3}  ");
        }

        return result;
    }

    /// <summary>The words that lead to a command, without the program's name.</summary>
    public static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}".TrimStart() : string.Empty;

    /// <summary>A command that is too long goes on in the next line as shells have it, so that it can be copied.</summary>
    private void WriteCommand(TextWriter output, string command)
    {
        var (indent, more) = ("    ", OperatingSystem.IsWindows() ? " `" : " \\");
        var line = indent;
        foreach (var part in command.Replace(" --", "\n--", StringComparison.Ordinal).Split('\n'))
        {
            if (!string.IsNullOrWhiteSpace(line) && line.Length + 1 + part.Length + more.Length > usual.MaxWidth)
            {
                output.WriteLine(line + more);
                line = $"{indent}    ";
            }

            line = string.IsNullOrWhiteSpace(line) ? line + part : $"{line} {part}";
        }

        output.WriteLine(line);
    }

    private void WriteWrapped(TextWriter output, string text, string indent, string? begin = null)
    {
        var line = begin ?? indent;
        foreach (var word in text.Split(' '))
        {
            if (line.Length > indent.Length && line.Length + 1 + word.Length > usual.MaxWidth)
            {
                output.WriteLine(line);
                line = indent;
            }

            line = line.Length == indent.Length ? line + word : $"{line} {word}";
        }

        output.WriteLine(line);
    }
}
