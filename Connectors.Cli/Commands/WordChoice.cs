using System.CommandLine;
using System.CommandLine.Completions;
using Connectors.Sync.Configuration.Settings;

namespace Connectors.Cli.Commands;

/// <summary>Arguments and options that take one of a few words, and what is said of another one.</summary>
internal static class WordChoice
{
    /// <summary>Lets an option take these words only, in capital letters or small ones.</summary>
    public static void AcceptWords<T>(this Option<T> option, params string[] words)
    {
        option.CompletionSources.Add(_ => words.Select(word => new CompletionItem(word)));
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (Problem(option.Name, token.Value, words) is { } problem)
                {
                    result.AddError(problem);
                }
            }
        });
    }

    /// <summary>Lets an argument take these words only.</summary>
    public static void AcceptWords<T>(this Argument<T> argument, params string[] words)
    {
        argument.CompletionSources.Add(_ => words.Select(word => new CompletionItem(word)));
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (Problem(argument.Name, token.Value, words) is { } problem)
                {
                    result.AddError(problem);
                }
            }
        });
    }

    /// <summary>Refuses an empty text, which is usually a variable of a script that is not set.</summary>
    public static Option<string?> NotEmpty(this Option<string?> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && string.IsNullOrWhiteSpace(token.Value))
            {
                result.AddError($"{option.Name}: empty. Write {option.Name} {option.HelpName}, or leave the option out.");
            }
        });
        return option;
    }

    /// <summary>Refuses an empty text.</summary>
    public static Argument<string> NotEmpty(this Argument<string> argument)
    {
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && string.IsNullOrWhiteSpace(token.Value))
            {
                result.AddError($"{argument.Name}: empty. {argument.Description}");
            }
        });
        return argument;
    }

    private static string? Problem(string name, string written, string[] words)
    {
        if (words.Contains(written, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        var near = KeySuggestion.Nearest(written, words);
        return $"{name}: \"{written}\" is not one of {string.Join(", ", words)}.{(near is null ? "" : $" Did you mean {near}?")}";
    }
}
