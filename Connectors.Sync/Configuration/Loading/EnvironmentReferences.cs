using System.Text;

namespace Connectors.Sync.Configuration.Loading;

/// <summary>Replaces <c>${NAME}</c> and <c>${NAME:default}</c> by environment variables; <c>$${</c> is a plain <c>${</c>.</summary>
internal static class EnvironmentReferences
{
    /// <summary>The text with its references resolved. Unresolvable references are reported and left out.</summary>
    /// <param name="text">As written.</param>
    /// <param name="environment">Value of a variable, or <see langword="null"/>.</param>
    /// <param name="report">Receives a message for each reference that can't be replaced.</param>
    /// <returns>The text, or <see langword="null"/> when something was reported.</returns>
    public static string? Resolve(string text, Func<string, string?> environment, Action<string> report)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder();
        var position = 0;
        var isGood = true;
        while (position < text.Length)
        {
            var start = text.IndexOf("${", position, StringComparison.Ordinal);
            if (start < 0)
            {
                break;
            }

            if (start > position && text[start - 1] == '$')
            {
                result.Append(text, position, start - 1 - position).Append("${");
                position = start + 2;
                continue;
            }

            result.Append(text, position, start - position);
            var end = text.IndexOf('}', start);
            if (end < 0)
            {
                report("a ${ without its }. Write ${NAME} or ${NAME:default}, or $${ for a plain ${.");
                return null;
            }

            isGood &= Append(result, text[(start + 2)..end], environment, report);
            position = end + 1;
        }

        result.Append(text, position, text.Length - position);
        return isGood ? result.ToString() : null;
    }

    private static bool Append(StringBuilder result, string reference, Func<string, string?> environment, Action<string> report)
    {
        var colon = reference.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? reference : reference[..colon];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            report(
                "a ${...} whose name is not that of an environment variable (letters, digits and _). Write ${NAME} or ${NAME:default}, "
                    + "or $${ for a plain ${."
            );
            return false;
        }

        var value = environment(name) ?? (colon < 0 ? null : reference[(colon + 1)..]);
        if (value is null)
        {
            report($"the environment variable {name} is not set. Set it, or write ${{{name}:default}}.");
            return false;
        }

        result.Append(value);
        return true;
    }
}
