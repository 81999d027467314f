using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Connectors.Abstractions;

/// <summary>
/// Removes what looks like a secret from a text: user and password of an address, query parameters and settings whose name says that they
/// hold one, authorization headers, private keys. Every text that leaves the service passes here: errors, logs, jobs, views. Secrets belong
/// in fields that are declared sensitive; this is for those that were entered elsewhere. Pure.
/// </summary>
public static partial class Redactor
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mask = "***";

    private const int Timeout = 1000;
    private static readonly ConditionalWeakTable<Exception, IReadOnlyList<string>> Known = [];

    private const string SecretName =
        @"(?:[\w.$-]*(?:passw(?:or)?d|passwd|pwd|passphrase|secret|token|api[-_]?key|access[-_]?key|account[-_]?key"
        + @"|shared[-_]?access[-_]?key|private[-_]?key|credential|signature)[\w-]*"
        + @"|sig|auth|authorization|jwt)";

    /// <summary>The text without what looks like a secret; the same text when it holds none.</summary>
    public static string Redact(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            // Each only where it can apply: most texts have none of these signs.
            if (text.Contains('@', StringComparison.Ordinal))
            {
                text = UserInfo().Replace(text, "${scheme}" + Mask + "@");
                text = BareUserInfo().Replace(text, Mask + "@");
            }

            if (text.Contains('=', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal))
            {
                text = Setting().Replace(text, "${name}" + Mask);
            }

            text = Header().Replace(text, "${name}" + Mask);
            return text.Contains("-----BEGIN", StringComparison.Ordinal)
                ? PrivateKey().Replace(text, "-----BEGIN PRIVATE KEY-----" + Mask)
                : text;
        }
        catch (RegexMatchTimeoutException)
        {
            // Nobody has looked through it, so nobody may see it.
            return Mask;
        }
    }

    /// <summary>A value that a person entered where it is wrong, for the sentence that says so: in quotes where it can't be a secret, a
    /// number or a plain word; else only "the value". Passwords get into the wrong line.</summary>
    public static string Quote(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var isNumber = value.Length <= 10 && value.All(character => char.IsAsciiDigit(character) || character is '.' or '-' or '+' or '%');
        var isWord = value.Length <= 20 && value.All(character => char.IsAsciiLetter(character) || character is '_');
        return isNumber || isWord || Reference().IsMatch(value) ? $"\"{value}\"" : "the value";
    }

    /// <summary>The exception with a redacted text, as a log shows it. Drivers put connection strings into theirs.</summary>
    public static Exception Redact(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var text = exception.ToString();
        var redacted = Redact(WithoutKnown(text, exception));
        return string.Equals(text, redacted, StringComparison.Ordinal) ? exception : new RedactedException(MessageOf(exception), redacted);
    }

    /// <summary>The message of an exception with a redacted text.</summary>
    internal static string MessageOf(Exception exception) => Redact(WithoutKnown(exception.Message, exception));

    /// <summary>Notes secrets that an exception may hold wherever it likes: its text is redacted of them too, whatever they look
    /// like.</summary>
    internal static void Note(Exception exception, IReadOnlyList<string> secrets) => Known.AddOrUpdate(exception, secrets);

    private static string WithoutKnown(string text, Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (Known.TryGetValue(cause, out var secrets))
            {
                foreach (var secret in secrets)
                {
                    text = text.Replace(secret, Mask, StringComparison.Ordinal)
                        .Replace(Uri.EscapeDataString(secret), Mask, StringComparison.Ordinal);
                }
            }
        }

        return text;
    }

    /// <summary>A value of a configuration as it may be shown; a copy.</summary>
    public static JsonNode? Redact(JsonNode? value) =>
        value switch
        {
            JsonObject some => new JsonObject(some.Select(pair => KeyValuePair.Create(pair.Key, Redact(pair.Value)))),
            JsonArray some => new JsonArray([.. some.Select(Redact)]),
            JsonValue text when text.TryGetValue<string>(out var plain) => JsonValue.Create(Redact(plain)),
            _ => value?.DeepClone(),
        };

    // scheme://user:password@. Up to the last @ before the path; or, where what follows the colon is no port, up to the last one of the
    // word, for a password may have a slash in it.
    [GeneratedRegex(
        @"(?<scheme>\b[a-z][a-z0-9+.-]*://)([^\s/?#@:'""<>]*:(?!\d{1,5}([/?#\s'""]|$))[^\s'""<>]*|[^\s/?#'""<>]*)@",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        Timeout
    )]
    private static partial Regex UserInfo();

    // user:password@host without a scheme.
    [GeneratedRegex(
        @"(?<![\w*@.%+-])[\w.%+-]*:(?!//)[^\s/@'""]+@(?=[\w\[])",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        Timeout
    )]
    private static partial Regex BareUserInfo();

    // ?token=..., Password=a b;, "api_key": "...". What begins with @ or $ only refers to a secret.
    [GeneratedRegex(
        @"(?<name>(?<![\w-])"
            + SecretName
            + @"['""]?(\s*=\s*|['""]?\s*:\s*(?=['""])))('[^']*'|""[^""]*""|(?![@$'""\s*])([^;&'""\r\n<>?]{1,100}(?=;)|[^\s;&,'""<>)}\]]+))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        Timeout
    )]
    private static partial Regex Setting();

    // Authorization: Bearer ..., or the word Bearer with what may be a token behind it.
    [GeneratedRegex(
        @"(?<name>\b((proxy-)?authorization|x-api-key|api-key|cookie)\s*:\s*"
            + @"((bearer|basic|apikey|digest|negotiate)\s+)?|\b(bearer|apikey|basic)\s+(?=[\w+/=.~-]*[\d=]))[\w+/=.~-]{8,}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        Timeout
    )]
    private static partial Regex Header();

    [GeneratedRegex(
        "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)",
        RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        Timeout
    )]
    private static partial Regex PrivateKey();

    // ${NAME}, which config.yml puts in the place of a value.
    [GeneratedRegex(@"^\$\{\w+\}$", RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Reference();

    private sealed class RedactedException(string message, string text) : Exception(message)
    {
        public override string ToString() => text;
    }
}
