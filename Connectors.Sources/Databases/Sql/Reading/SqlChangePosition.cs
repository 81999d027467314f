using System.Text.Encodings.Web;
using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Databases.Sql.Reading;

/// <summary>The cursor of the next incremental sync.</summary>
/// <param name="Time">The server's time when the last reading began.</param>
/// <param name="Shape">Which tables and columns there were: see <see cref="SqlChanges"/>.</param>
internal sealed record SqlChangeCursor(DateTimeOffset Time, string Shape)
{
    /// <summary>Reads what <see cref="ToString"/> wrote; <see langword="null"/> for anything else.</summary>
    public static SqlChangeCursor? Parse(string text) =>
        text.Split('|') is [var time, { Length: > 0 } shape] && TimeCursor.TimeOf(time) is { } at ? new SqlChangeCursor(at, shape) : null;

    public override string ToString() => $"{TimeCursor.At(Time)}|{Shape}";
}

/// <summary>The position in a read of changes.</summary>
/// <param name="StartedAt">The server's time when it began: where the next one begins.</param>
/// <param name="Table">The table that comes next.</param>
/// <param name="After">The key of its last row that was read; <see langword="null"/> at its start.</param>
internal sealed record SqlChangePosition(DateTimeOffset StartedAt, string Table, string[]? After)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a token; one that can't be read begins anew, which leaves nothing out.</summary>
    public static SqlChangePosition? Parse(PageToken token)
    {
        try
        {
            return
                token.ToString().Split('|', 2) is [var time, var position]
                && TimeCursor.TimeOf(time) is { } began
                && JsonSerializer.Deserialize<string[]>(position) is [{ } table, .. var key]
                && key.All(value => value is not null)
                ? new SqlChangePosition(began, table, key.Length > 0 ? key : null)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The token; <see langword="null"/> when the key is too long for one, so that no page may end there.</summary>
    public PageToken? ToToken()
    {
        var text = $"{TimeCursor.At(StartedAt)}|{JsonSerializer.Serialize<string[]>([Table, .. After ?? []], Relaxed)}";
        return text.Length <= PageToken.MaxLength ? new PageToken(text) : null;
    }
}
