using System.Text;

namespace Connectors.Emulator.Search;

/// <summary>Where in a request something stands, for error messages.</summary>
internal static class JsonLocation
{
    /// <summary>Line and column, from 1, of the value of the first member of this name.</summary>
    public static (int Line, int Column) OfValue(ReadOnlySpan<byte> json, string name)
    {
        var key = Encoding.UTF8.GetBytes($"\"{name}\"");
        var at = json.IndexOf(key);
        if (at < 0)
        {
            return (1, 1);
        }

        at += key.Length;
        while (at < json.Length && json[at] is (byte)':' or (byte)' ')
        {
            at++;
        }

        var before = json[..at];
        return (before.Count((byte)'\n') + 1, at - before.LastIndexOf((byte)'\n'));
    }
}
