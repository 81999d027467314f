using System.Text;
using Connectors.Emulator.Http;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Indices;

/// <summary>One index: its mapping, settings and documents.</summary>
internal sealed class EmulatedIndex
{
    public EmulatedIndex(string name, string uuid, long createdAt, IndexSettings settings)
    {
        Name = name;
        Uuid = uuid;
        CreatedAt = createdAt;
        Settings = settings;
        settings["index.creation_date"] = createdAt.ToString(System.Globalization.CultureInfo.InvariantCulture);
        settings["index.provided_name"] = name;
        settings["index.uuid"] = uuid;
        settings["index.version.created"] = "9102000";
        ApplySettings();
    }

    public string Name { get; }

    public string Uuid { get; }

    /// <summary>Milliseconds since 1970.</summary>
    public long CreatedAt { get; }

    public IndexSettings Settings { get; }

    public IndexMapping Mapping { get; } = new();

    public DocumentTable Documents { get; } = new();

    /// <summary>Copies of a document that <c>_shards.total</c> speaks of.</summary>
    public int Copies => Settings.Replicas + 1;

    public void ApplySettings()
    {
        Mapping.MaxFields = Settings.MaxFields;
        Mapping.MaxDepth = Settings.MaxDepth;
        Mapping.IgnoresMalformed = Settings.IgnoresMalformed;
        Mapping.IgnoresBeyondLimit = Settings.IgnoresBeyondLimit;
    }

    public StoredDocument? Find(string id) => Documents.Find(Encoding.UTF8.GetBytes(id));

    public ElasticError ConflictOf(string id, string reason) => ElasticErrors.Conflict(Name, Uuid, id, reason);
}
