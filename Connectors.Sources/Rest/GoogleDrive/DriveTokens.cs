namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>
/// Google's tokens, each of which is a position in a change log, by the place that has the log: <c>key=token&amp;key=token</c>, escaped.
/// Such a text is the cursor of a sync, and stands in the tokens of its pages for the logs that were read to their end. One thread at a
/// time.
/// </summary>
internal sealed class DriveTokens
{
    private readonly SortedDictionary<string, string> _byKey = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _byKey.Count;

    /// <summary>Reads a text; <see langword="null"/> when something else wrote it.</summary>
    public static DriveTokens? Parse(string text)
    {
        var tokens = new DriveTokens();
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=') is not [{ Length: > 0 } key, { Length: > 0 } token])
            {
                return null;
            }

            tokens.Set(Uri.UnescapeDataString(key), Uri.UnescapeDataString(token));
        }

        return tokens;
    }

    /// <summary>The token of a place; <see langword="null"/> when there is none.</summary>
    public string? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>Sets the token of a place.</summary>
    public void Set(string key, string token) => _byKey[key] = token;

    /// <summary>A copy.</summary>
    public DriveTokens Copy()
    {
        var copy = new DriveTokens();
        foreach (var (key, token) in _byKey)
        {
            copy.Set(key, token);
        }

        return copy;
    }

    /// <summary>As many of them as go into a text of some length.</summary>
    public string Within(int length)
    {
        var pairs = _byKey.Select(Write).TakeWhile(pair => (length -= pair.Length + 1) >= 0);
        return string.Join('&', pairs);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('&', _byKey.Select(Write));

    private static string Write(KeyValuePair<string, string> pair) =>
        $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}";
}
