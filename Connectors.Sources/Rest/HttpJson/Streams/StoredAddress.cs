using System.Globalization;
using System.Text.RegularExpressions;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.HttpJson.Streams;

/// <summary>
/// Writes the address of a page as it may be stored: by what differs from the configured one, so that nothing that stands there is
/// written down, and not at all where it holds what may be a secret. <c>2:page?{0}&amp;at=7</c> begins with two segments of the configured
/// path (the first is the slash at its beginning), and its first parameter is the first one there.
/// </summary>
internal sealed partial class StoredAddress
{
    /// <summary>With what stands around it in a token, less than <see cref="PageToken.MaxLength"/>.</summary>
    private const int MaxLength = 3_500;

    /// <summary>A shorter one stands in other texts by chance.</summary>
    private const int ShortestSecret = 8;

    /// <summary>A value of the configured address that is as long may be a key, whatever its name.</summary>
    private const int ShortestKey = 16;

    private static readonly char[] Separators = [' ', ';', ',', ':', '=', '"'];

    private readonly string _host;
    private readonly string[] _segments;
    private readonly string[] _parameters;
    private readonly string _placeParameter;
    private readonly string[] _secrets;

    /// <summary>Of an endpoint.</summary>
    public StoredAddress(HttpJsonConfiguration configuration)
    {
        _host = configuration.Url.GetLeftPart(UriPartial.Authority);
        _segments = configuration.Url.Segments;
        _parameters = Parameters(configuration.Url.Query);
        _placeParameter = configuration.Parameter;
        _secrets =
        [
            .. configuration.Headers.SelectMany(header => header.Value.Reveal().Split(Separators, StringSplitOptions.RemoveEmptyEntries)),
            .. _parameters.Where(own => LooksSecret(own) || ValueOf(own).Length >= ShortestKey).Select(ValueOf),
            .. _segments
                .Select(segment => Uri.UnescapeDataString(segment.Trim('/')))
                .Where(segment => segment.Length >= ShortestKey && segment.Any(char.IsAsciiDigit)),
        ];
    }

    /// <summary>The text; <see langword="null"/> for an address that must not be stored, or is too long.</summary>
    /// <param name="address">An address on the configured host.</param>
    public string? Write(Uri address)
    {
        var kept = _segments.Zip(address.Segments).TakeWhile(pair => pair.First == pair.Second).Count();
        var path = string.Concat(address.Segments.Skip(kept));
        var parameters = Parameters(address.Query).Select(it => (Text: it, Number: NumberOf(it))).ToList();
        if (HoldsSecret(Uri.UnescapeDataString(path)) || parameters.Exists(it => it.Number < 0 && IsSecret(it.Text)))
        {
            return null;
        }

        var query = string.Join('&', parameters.Select(it => it.Number < 0 ? it.Text : $"{{{it.Number}}}"));
        var text = string.Create(CultureInfo.InvariantCulture, $"{kept}:{path}{(query.Length == 0 ? string.Empty : "?")}{query}");
        return text.Length <= MaxLength ? text : null;
    }

    /// <summary>The address.</summary>
    /// <exception cref="ConnectorException">Something else wrote the text.</exception>
    public Uri Read(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (
            colon > 0
            && int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var kept)
            && kept >= 1
            && kept <= _segments.Length
        )
        {
            var query = text.IndexOf('?', colon) is > 0 and var mark ? mark : text.Length;
            var path = string.Concat(_segments.Take(kept)) + text[(colon + 1)..query];
            var parameters = Parameters(text[query..]).Select(Parameter).ToList();
            var joined = parameters.Count == 0 ? string.Empty : "?" + string.Join('&', parameters);
            if (!parameters.Contains(null) && Uri.TryCreate(_host + path + joined, UriKind.Absolute, out var address))
            {
                return address;
            }
        }

        throw StreamPosition.NoPlace(text);
    }

    private static string[] Parameters(string query) => query.Length <= 1 ? [] : query[1..].Split('&');

    private static string NameOf(string parameter) => Unescape(parameter.Split('=', 2)[0]);

    private static string ValueOf(string parameter) => Unescape(parameter.Split('=', 2) is [_, var value] ? value : string.Empty);

    private static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    /// <summary>Whether a parameter is called as one that opens a door: <c>sig</c>, <c>auth[token]</c>, <c>api-key</c>.</summary>
    private static bool LooksSecret(string parameter)
    {
        var name = NotOfAName().Replace(NameOf(parameter), "_").Trim('_');
        return ValueOf(parameter).Length > 0
            && !PlaceName().IsMatch(name)
            && (SecretName().IsMatch(name) || Redactor.Redact($"{name}=x") != $"{name}=x");
    }

    /// <summary>Which of the configured parameters it is; -1 for none.</summary>
    private int NumberOf(string parameter) =>
        Array.FindIndex(_parameters, own => NameOf(own) == NameOf(parameter) && ValueOf(own) == ValueOf(parameter));

    private string? Parameter(string text) =>
        !text.StartsWith('{') ? text
        : int.TryParse(text.AsSpan(1).TrimEnd('}'), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number < _parameters.Length
            ? _parameters[number]
        : null;

    private bool IsSecret(string parameter) =>
        HoldsSecret(ValueOf(parameter))
        || HoldsSecret(NameOf(parameter))
        || (NameOf(parameter) != _placeParameter && LooksSecret(parameter));

    private bool HoldsSecret(string text) =>
        Array.Exists(_secrets, secret =>
            secret.Length >= ShortestSecret ? text.Contains(secret, StringComparison.Ordinal) : text == secret && text.Length > 0
        )
        || Redactor.Redact(text) != text;

    // Tokens and keys that open no door: they say where a listing goes on.
    [GeneratedRegex(
        "^((next[_-]?page|next|page|paging|pagination|skip|continuation|cursor|resumption|scroll)[_-]?token"
            + "|(start|last|next|after|from|exclusive)[a-z_-]*key)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex PlaceName();

    // Beside those that the redactor knows, which has to spare the words of a log.
    [GeneratedRegex(
        "keys?$|(^|[_-])(code|hmac|sig|sign|auth|pass|session|sessionid|sid|ticket|assertion)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex SecretName();

    [GeneratedRegex(@"[^\w-]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NotOfAName();
}
