using System.Text;

namespace Connectors.Emulator.Ingest;

/// <summary>A dotted path to a field of a document in a pipeline.</summary>
internal sealed class FieldPath
{
    public FieldPath(string path)
    {
        Text = path;
        Parts = path.Split('.');
        Root = Encoding.UTF8.GetBytes(Parts[0]);
    }

    public string Text { get; }

    public string[] Parts { get; }

    /// <summary>The first part.</summary>
    public byte[] Root { get; }
}
