using System.Text.Encodings.Web;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Databases.Sql.Tables;

/// <summary>The key of the row that a page ended with, as the texts that the server gave, made a token.</summary>
internal static class SqlKey
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The token; <see langword="null"/> when the key is too long for one, so that no page may end there.</summary>
    public static PageToken? Encode(string[] key)
    {
        var text = JsonSerializer.Serialize(key, Relaxed);
        return text.Length <= PageToken.MaxLength ? new PageToken(text) : null;
    }

    /// <summary>The key; <see langword="null"/> when it is none of <paramref name="columns"/> values.</summary>
    public static string[]? Decode(PageToken token, int columns)
    {
        try
        {
            return
                JsonSerializer.Deserialize<string[]>(token.Value) is { } key && key.Length == columns && key.All(value => value is not null)
                ? key
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
