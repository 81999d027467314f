using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>How far a reading of changes has come, and how far it goes: what is written meanwhile is for the next sync.</summary>
/// <param name="Resume">The change stream's own token.</param>
/// <param name="Until">The server's time when the first page was read; <see langword="null"/> before that.</param>
internal sealed record ChangeStreamPosition(BsonDocument Resume, BsonTimestamp? Until)
{
    private static readonly JsonWriterSettings Canonical = new() { OutputMode = JsonOutputMode.CanonicalExtendedJson };

    /// <summary>A stored cursor or page token; <see langword="null"/> when it is none that this source wrote.</summary>
    public static ChangeStreamPosition? Parse(string text)
    {
        try
        {
            var stored = BsonDocument.Parse(text);
            return stored.TryGetValue("resume", out var resume) && resume.IsBsonDocument
                ? new ChangeStreamPosition(resume.AsBsonDocument, stored.GetValue("until", BsonNull.Value) as BsonTimestamp)
                : null;
        }
        catch (Exception damaged)
            when (damaged is FormatException or BsonException or InvalidOperationException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    public override string ToString()
    {
        var stored = new BsonDocument("resume", Resume);
        if (Until is not null)
        {
            stored.Add("until", Until);
        }

        return stored.ToJson(Canonical);
    }
}
