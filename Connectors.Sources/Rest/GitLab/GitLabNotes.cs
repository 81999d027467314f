using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.GitLab.Queries;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>The notes of all threads below something.</summary>
/// <param name="connections">Reads further pages.</param>
internal sealed class GitLabNotes(GitLabConnections connections)
{
    /// <summary>The notes of threads, thread by thread.</summary>
    public async Task<IReadOnlyList<JsonElement>> OfAsync(
        IReadOnlyList<JsonElement> threads,
        string what,
        CancellationToken cancellationToken
    )
    {
        var notes = new List<JsonElement>();
        foreach (var thread in threads)
        {
            // The rest of a long thread is found by one of its notes, whatever it is a thread of.
            notes.AddRange(
                await connections.AllAsync(
                    thread.Find("notes"),
                    $"{what}, notes",
                    () =>
                        GitLabConnections.Query(
                            GitLabQueries.NotesOfThread,
                            new JsonObject { ["noteId"] = thread.Items("notes", "nodes").First().RequiredText("A note of GitLab", "id") }
                        ),
                    data => data.Find("note", "discussion", "notes"),
                    cancellationToken
                )
            );
        }

        return notes;
    }

    /// <summary>Writes notes as an array.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<JsonElement> notes)
    {
        json.WriteStartArray("notes");
        foreach (var note in notes)
        {
            json.WriteStartObject();
            Fields.Value(json, "id", note.Find("id"));
            Fields.Value(json, "body", note.Find("body"));
            Fields.Value(json, "created_at", note.Find("createdAt"));
            Fields.Value(json, "updated_at", note.Find("updatedAt"));
            Fields.Value(json, "system", note.Find("system"));
            Fields.Author(json, note);
            if (note.Find("position") is { } position)
            {
                json.WriteStartObject("position");
                Fields.Value(json, "new_line", position.Find("newLine"));
                Fields.Value(json, "old_line", position.Find("oldLine"));
                Fields.Value(json, "new_path", position.Find("newPath"));
                Fields.Value(json, "old_path", position.Find("oldPath"));
                Fields.Value(json, "position_type", position.Find("positionType"));
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
