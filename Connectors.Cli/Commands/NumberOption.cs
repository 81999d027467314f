using System.CommandLine;
using System.Globalization;

namespace Connectors.Cli.Commands;

/// <summary>Options that are a whole number within bounds.</summary>
internal static class NumberOption
{
    /// <summary>Makes one.</summary>
    public static Option<int> Create(string name, int byDefault, int least, int most, string description, params string[] aliases)
    {
        var option = new Option<int>(name, aliases)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => byDefault,
        };
        option.Validators.Add(result =>
        {
            if (
                result.Tokens is [var token]
                && !(int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            )
            {
                result.AddError(
                    most == int.MaxValue
                        ? $"{name}: \"{token.Value}\" is not a number from {least} on."
                        : $"{name}: \"{token.Value}\" is not a number from {least} to {most}."
                );
            }
        });
        return option;
    }
}
