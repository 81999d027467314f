using System.CommandLine;
using System.CommandLine.Parsing;
using Connectors.Sync.Configuration.Settings;

namespace Connectors.Cli.Help;

/// <summary>Says what is wrong with a command line, what would be right, and where to read on.</summary>
internal static class UsageErrors
{
    /// <summary>Writes it.</summary>
    public static void Write(ParseResult parsed, TextWriter error)
    {
        var result = parsed.CommandResult;
        if (parsed.UnmatchedTokens.Count > 0)
        {
            // What follows an unknown option is probably its value; what follows an unknown command belongs to it.
            var options = parsed.UnmatchedTokens.Where(token => token.StartsWith('-')).ToArray();
            if (options.Length == 0)
            {
                result = CommandBefore(parsed, parsed.UnmatchedTokens[0]);
            }

            foreach (var token in options.Length > 0 ? options : parsed.UnmatchedTokens.Take(1))
            {
                error.WriteLine(token.StartsWith('-') ? UnknownOption(token, result) : UnknownWord(token, result));
            }
        }
        else if (result.Command is { Action: null, Subcommands.Count: > 0 } group)
        {
            WriteVerbs(group, Path(result), error);
        }
        else
        {
            var own = Missing(result).Concat(Miscounted(result)).ToList();
            var others = parsed
                .Errors.Where(problem => !own.Exists(item => problem.Message.Contains($"'{item.Name}'", StringComparison.Ordinal)))
                .Select(problem => problem.Message);
            foreach (var message in own.Select(item => item.Sentence).Concat(others).Distinct())
            {
                error.WriteLine(message);
            }
        }

        error.WriteLine($"See {Path(result)} --help.");
    }

    private static string UnknownOption(string token, CommandResult result) =>
        $"{token}: unknown option.{DidYouMean(token, OptionNames(result))}";

    private static string UnknownWord(string token, CommandResult result)
    {
        var command = result.Command;
        string[] verbs = [.. command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)];
        if (verbs.Length > 0)
        {
            var near = DidYouMean(token, verbs);
            return $"{token}: unknown command.{(near.Length > 0 ? near : $" There are {string.Join(", ", verbs)}.")}";
        }

        string[] options = [.. command.Options.Where(option => !option.Hidden && !option.Recursive).Select(option => option.Name)];
        var arguments = command.Arguments.Count == 0 ? "nothing" : string.Join(" ", command.Arguments.Select(argument => argument.Name));
        return $"{token}: unknown argument. {command.Name} takes {arguments}"
            + (
                options.Length == 0 ? "."
                : command.Arguments.Count == 0 ? $" but options: {string.Join(", ", options)}."
                : $" and options: {string.Join(", ", options)}."
            );
    }

    private static void WriteVerbs(Command group, string path, TextWriter error)
    {
        error.WriteLine($"{path} takes one of these:");
        var verbs = group.Subcommands.Where(sub => !sub.Hidden).ToList();
        var width = verbs.Max(verb => verb.Name.Length);
        foreach (var verb in verbs)
        {
            error.WriteLine($"  {verb.Name.PadRight(width)}  {verb.Description}");
        }
    }

    private static IEnumerable<(string Name, string Sentence)> Missing(CommandResult result)
    {
        foreach (
            var option in result.Command.Options.Where(option => option.Required && result.GetResult(option) is null or { Implicit: true })
        )
        {
            yield return (option.Name, $"{option.Name} {option.HelpName}: missing. {option.Description}");
        }

        foreach (var argument in result.Command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0))
        {
            if (result.GetResult(argument) is null or { Tokens.Count: 0 })
            {
                yield return (argument.Name, $"{argument.Name}: missing. {argument.Description}");
            }
        }
    }

    /// <summary>Options without a value that need one, and those that were given more than once, by one name or by two, and take
    /// one.</summary>
    private static IEnumerable<(string Name, string Sentence)> Miscounted(CommandResult? result)
    {
        for (; result is not null; result = result.Parent as CommandResult)
        {
            foreach (var given in result.Children.OfType<OptionResult>().Where(option => !option.Implicit))
            {
                var (name, option) = (given.IdentifierToken!.Value, given.Option);
                if (given.Tokens.Count < option.Arity.MinimumNumberOfValues)
                {
                    yield return (name, $"{name}: its value is missing. Write {name} {option.HelpName}.");
                }

                if (given.IdentifierTokenCount > 1 && option.Arity.MaximumNumberOfValues == 1)
                {
                    var names = option.Aliases.Append(option.Name).Where(alias => alias.Length > 2);
                    var same = option.Aliases.Count > 0 ? $" ({string.Join(" and ", names)} are the same)" : "";
                    yield return (
                        name,
                        $"{name}: given {given.IdentifierTokenCount} times{same}. It takes one value: leave the others out."
                    );
                }
            }
        }
    }

    private static string DidYouMean(string word, IEnumerable<string> words) =>
        KeySuggestion.Nearest(word, words) is { } near ? $" Did you mean {near}?" : string.Empty;

    // A misspelt command may be followed by the name of another one, which is then taken for the command: `sorce list`.
    private static CommandResult CommandBefore(ParseResult parsed, string token)
    {
        var words = parsed.Tokens.Select(item => item.Value).ToList();
        var result = parsed.CommandResult;
        while (result.Parent is CommandResult parent && words.IndexOf(result.IdentifierToken.Value) > words.IndexOf(token))
        {
            result = parent;
        }

        return result;
    }

    private static IEnumerable<string> OptionNames(CommandResult command)
    {
        for (var result = command; result is not null; result = result.Parent as CommandResult)
        {
            foreach (var option in result.Command.Options.Where(option => !option.Hidden))
            {
                yield return option.Name;
            }
        }
    }

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "elastic-ingest";
}
