using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Notion;

/// <summary>A level of the path from a page down to the block that is read next: a list of blocks or rows, and the position in
/// it.</summary>
/// <param name="Kind">One of <see cref="Blocks"/>, <see cref="Copy"/>, <see cref="Rows"/>.</param>
/// <param name="Id">Whose list it is.</param>
/// <param name="Cursor">The list's page.</param>
/// <param name="Child">The child of that page whose own list is being read; empty while the page itself is not written yet.</param>
internal sealed record BlockFrame(char Kind, string Id, string Cursor = "", string Child = "")
{
    /// <summary>The blocks of a page or block.</summary>
    public const char Blocks = 'b';

    /// <summary>The blocks of a synced block whose original is elsewhere, perhaps in a page that is not shared with the
    /// integration.</summary>
    public const char Copy = 'c';

    /// <summary>The rows of a database inside a page.</summary>
    public const char Rows = 'r';

    /// <summary>Parses a path.</summary>
    /// <exception cref="ConnectorException">The text is not a path.</exception>
    public static List<BlockFrame> Parse(string way) =>
        [
            .. way.Split(';')
                .Select(frame =>
                    frame.Split(',') is [[var kind], var id, var cursor, var child]
                        ? new BlockFrame(kind, id, cursor, child)
                        : throw new ConnectorException($"'{way}' is no place in a page of Notion. Start the sync anew.")
                ),
        ];

    /// <summary>A path as text.</summary>
    public static string Write(IEnumerable<BlockFrame> way) =>
        string.Join(';', way.Select(frame => $"{frame.Kind},{frame.Id},{frame.Cursor},{frame.Child}"));
}
