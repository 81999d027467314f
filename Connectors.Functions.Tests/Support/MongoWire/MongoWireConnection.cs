using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>One connection: reads OP_MSG (and the OP_QUERY of a first handshake), answers in kind.</summary>
internal sealed class MongoWireConnection(MongoWireServer server, Socket socket) : IDisposable
{
    private const int OpReply = 1;
    private const int OpQuery = 2004;
    private const int OpMsg = 2013;
    private const int HeaderLength = 16;

    private readonly NetworkStream _stream = new(socket, ownsSocket: false);
    private readonly ArrayBufferWriter<byte> _answer = new(64 * 1024);
    private readonly MongoWireCommands _commands = new(server);
    private readonly byte[] _header = new byte[HeaderLength];

    public void Dispose()
    {
        _stream.Dispose();
        socket.Dispose();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await _stream.ReadAtLeastAsync(_header, HeaderLength, throwOnEndOfStream: false, cancellationToken) == HeaderLength)
        {
            if (_header is [0x16, 0x03, ..])
            {
                // The beginning of TLS. A real server without it closes the connection as well.
                return;
            }

            var length = BinaryPrimitives.ReadInt32LittleEndian(_header);
            var requestId = BinaryPrimitives.ReadInt32LittleEndian(_header.AsSpan(4));
            var operation = BinaryPrimitives.ReadInt32LittleEndian(_header.AsSpan(12));
            var body = new byte[length - HeaderLength];
            await _stream.ReadExactlyAsync(body, cancellationToken);
            var isLegacy = operation == OpQuery;
            var command = operation switch
            {
                OpQuery => StoredDocument.Parse(body[LegacyDocumentStart(body)..]),
                OpMsg when body[4] == 0 => StoredDocument.Parse(body[5..]),
                _ => throw new IOException($"The test server does not speak opcode {operation}."),
            };
            var name = command.GetElement(0).Name;
            var rule = server.Faults.Next(name);
            if (rule?.Until is { } until)
            {
                rule.Arrived.TrySetResult();
                await until.WaitAsync(cancellationToken);
            }

            Begin(isLegacy, requestId);
            await _commands.AnswerAsync(name, command, rule?.Error, _answer, cancellationToken);
            End();
            if (rule?.CutAfterBytes is { } bytes)
            {
                await _stream.WriteAsync(_answer.WrittenMemory[..Math.Min(bytes, _answer.WrittenCount - 1)], cancellationToken);
                return;
            }

            await _stream.WriteAsync(_answer.WrittenMemory, cancellationToken);
        }
    }

    private static int LegacyDocumentStart(byte[] body) => Array.IndexOf(body, (byte)0, 4) + 1 + 8;

    private void Begin(bool isLegacy, int requestId)
    {
        _answer.ResetWrittenCount();
        var prefix = isLegacy ? 20 : 5;
        var span = _answer.GetSpan(HeaderLength + prefix)[..(HeaderLength + prefix)];
        span.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(span[8..], requestId);
        BinaryPrimitives.WriteInt32LittleEndian(span[12..], isLegacy ? OpReply : OpMsg);
        if (isLegacy)
        {
            BinaryPrimitives.WriteInt32LittleEndian(span[HeaderLength..], 8);
            BinaryPrimitives.WriteInt32LittleEndian(span[(HeaderLength + 16)..], 1);
        }

        _answer.Advance(span.Length);
    }

    private void End()
    {
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(_answer.WrittenMemory, out var written);
        BinaryPrimitives.WriteInt32LittleEndian(written.AsSpan(), written.Count);
    }
}
