using System.Buffers.Binary;

namespace Connectors.Tests.Sync.Damage;

/// <summary>A journal taken apart, so that a test can put it together otherwise.</summary>
internal sealed record JournalBytes(byte[] Header, List<byte[]> Records)
{
    public static JournalBytes Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var header = bytes.AsSpan().StartsWith("cjournl"u8) ? 32 : 0;
        List<byte[]> records = [];
        for (var at = header; at < bytes.Length;)
        {
            // What was damaged before goes as it is.
            var size = bytes.Length - at < 12 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            var length = size <= 0 || size > bytes.Length - at - 12 ? bytes.Length - at : 12 + size;
            records.Add(bytes[at..(at + length)]);
            at += length;
        }

        header = Math.Min(header, bytes.Length);
        return new JournalBytes(bytes[..header], records);
    }

    public void Write(string path) => File.WriteAllBytes(path, [.. Header, .. Records.SelectMany(record => record)]);
}
