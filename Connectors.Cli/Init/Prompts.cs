using Spectre.Console;

namespace Connectors.Cli.Init;

/// <summary>Asks the user on a terminal. Every prompt can be cancelled.</summary>
/// <param name="console">The terminal.</param>
/// <param name="cancellationToken">Breaks off.</param>
internal sealed class Prompts(IAnsiConsole console, CancellationToken cancellationToken)
{
    /// <summary>Says something.</summary>
    public void Say(string line = "") => console.WriteLine(line);

    /// <summary>Says what is wrong.</summary>
    public void SayProblem(string line) => console.MarkupLine($"[red]{Markup.Escape(line)}[/]");

    /// <summary>Asks for a text.</summary>
    /// <param name="question">What.</param>
    /// <param name="byDefault">What an empty answer means; <see langword="null"/> when an answer is needed.</param>
    /// <param name="isSecret">Whether the answer and the default are hidden.</param>
    /// <param name="problemOf">What is wrong with an answer, or <see langword="null"/>.</param>
    public Task<string> TextAsync(string question, string? byDefault = null, bool isSecret = false, Func<string, string?>? problemOf = null)
    {
        var shown =
            string.IsNullOrEmpty(byDefault) ? ""
            : isSecret || byDefault.Contains('\n', StringComparison.Ordinal) ? " [dim](as before)[/]"
            : $" [dim]({Markup.Escape(byDefault)})[/]";
        var prompt = new TextPrompt<string>($"{Markup.Escape(question)}{shown}:")
        {
            AllowEmpty = true, // and refused below, with a word, where an answer is needed
            IsSecret = isSecret,
        };
        prompt.Validate(answer =>
            answer.Length == 0 && byDefault is null ? ValidationResult.Error("[red]An answer is needed.[/]")
            : problemOf?.Invoke(Or(answer, byDefault)) is { } problem ? ValidationResult.Error($"[red]{Markup.Escape(problem)}[/]")
            : ValidationResult.Success()
        );
        return AnswerAsync();

        async Task<string> AnswerAsync() => Or(await AskAsync(prompt, console), byDefault);
    }

    /// <summary>Asks to choose; a part of the name finds it.</summary>
    /// <param name="question">What.</param>
    /// <param name="choices">Among what.</param>
    /// <param name="start">The place of the one that is marked at first.</param>
    /// <param name="elsewhere">Where to look for what is not among them, as a sentence.</param>
    /// <returns>The place of what was chosen.</returns>
    public async Task<int> ChooseAsync(string question, IReadOnlyList<string> choices, int start = 0, string? elsewhere = null)
    {
        while (true)
        {
            var terminal = new SearchingConsole(console);
            var chosen = await AskAsync(Selection(question, choices, start), terminal);
            if (choices.Any(choice => choice.Contains(terminal.Typed, StringComparison.OrdinalIgnoreCase)))
            {
                Say($"{question} {choices[chosen]}");
                return chosen;
            }

            SayProblem($"Nothing has '{terminal.Typed}' in its name. {elsewhere}".TrimEnd());
        }
    }

    /// <summary>Asks for yes or no.</summary>
    public Task<bool> ConfirmAsync(string question, bool byDefault) =>
        AskAsync(new ConfirmationPrompt(Markup.Escape(question)) { DefaultValue = byDefault }, console);

    private static SelectionPrompt<int> Selection(string question, IReadOnlyList<string> choices, int start)
    {
        var prompt = new SelectionPrompt<int>
        {
            Title = Markup.Escape(question),
            Converter = place => Markup.Escape(choices[place]),
            SearchEnabled = true,
            SearchPlaceholderText = "[dim](Type a part of the name, or move up and down)[/]",
        };
        if (choices.Count > prompt.PageSize)
        {
            prompt.MoreChoicesText = "[dim](There are more)[/]";
        }

        prompt.AddChoices(Enumerable.Range(0, choices.Count));
        prompt.DefaultValue(start);
        return prompt;
    }

    private async Task<T> AskAsync<T>(IPrompt<T> prompt, IAnsiConsole terminal)
    {
        try
        {
            return await terminal.PromptAsync(prompt, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The shell's prompt does not go on in the line of the question.
            console.WriteLine();
            throw;
        }
    }

    private static string Or(string answer, string? byDefault) => answer.Length == 0 ? byDefault ?? "" : answer;
}
