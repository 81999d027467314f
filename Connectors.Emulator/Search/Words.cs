namespace Connectors.Emulator.Search;

/// <summary>A text as searching sees it: runs of letters and digits, in lower case. Simpler than Elasticsearch's analyzers, without
/// stemming.</summary>
internal static class Words
{
    public static List<string> Of(string text) =>
        [.. Places(text).Select(place => text.AsSpan(place.Start, place.Length).ToString().ToLowerInvariant())];

    public static IEnumerable<(int Start, int Length)> Places(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var isWord = i < text.Length && char.IsLetterOrDigit(text[i]);
            if (isWord && start < 0)
            {
                start = i;
            }
            else if (!isWord && start >= 0)
            {
                yield return (start, i - start);
                start = -1;
            }
        }
    }
}
