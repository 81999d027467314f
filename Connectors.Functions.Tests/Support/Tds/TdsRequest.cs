using System.Text;
using Connectors.Sources.Databases.Sql.MsSql;

namespace Connectors.Tests.Support.Tds;

/// <summary>A value with its type, as a parameter has it.</summary>
internal readonly record struct TdsValue(MsSqlType Type, object? Value);

/// <summary>A statement, and its parameters by their names.</summary>
internal sealed record TdsRequest(string Statement, IReadOnlyDictionary<string, TdsValue> Parameters)
{
    public const byte Batch = 0x01;
    public const byte Call = 0x03;

    private const ushort ByNumber = 0xFFFF;
    private const ushort ExecuteSql = 10;

    /// <summary>Reads a batch, or a call of sp_executesql.</summary>
    /// <exception cref="NotSupportedException">It is neither.</exception>
    public static TdsRequest Read(byte type, byte[] message)
    {
        using var from = new BinaryReader(new MemoryStream(message));
        from.ReadBytes(from.ReadInt32() - sizeof(int));
        if (type == Batch)
        {
            return new TdsRequest(
                Encoding.Unicode.GetString(message.AsSpan((int)from.BaseStream.Position)),
                new Dictionary<string, TdsValue>()
            );
        }

        if (type != Call || from.ReadUInt16() != ByNumber || from.ReadUInt16() != ExecuteSql)
        {
            throw new NotSupportedException($"a message of the type {type}, or a call of another procedure than sp_executesql");
        }

        from.ReadUInt16();
        var all = new List<(string Name, TdsValue Value)>();
        while (from.BaseStream.Position < message.Length)
        {
            var name = Encoding.Unicode.GetString(from.ReadBytes(from.ReadByte() * 2));
            from.ReadByte();
            var (parameter, value) = TdsTypes.Read(from);
            all.Add((name, new TdsValue(parameter, value)));
        }

        // The second one declares the others.
        return new TdsRequest((string)all[0].Value.Value!, all.Skip(2).ToDictionary(each => each.Name, each => each.Value));
    }
}
