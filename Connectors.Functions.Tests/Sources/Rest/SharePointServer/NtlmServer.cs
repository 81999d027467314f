using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Connectors.Tests.Sources.Rest.HttpJson;
using Microsoft.AspNetCore.Http;

namespace Connectors.Tests.Sources.Rest.SharePointServer;

/// <summary>
/// A web server that signs connections in by NTLM, as [MS-NTHT] and [MS-NLMP] have it: it lets in <c>Domain\User</c> with the password
/// <c>Password</c>, whose key stands in [MS-NLMP], 4.2.4.1.1.
/// </summary>
internal sealed class NtlmServer : IAsyncDisposable
{
    private const string Scheme = "NTLM ";

    /// <summary>What a server of a domain asks for: Unicode, target information, version, 128 bits, keys ([MS-NLMP], 2.2.2.5).</summary>
    private const uint Flags = 0x62898215;

    private static readonly byte[] Key = Convert.FromHexString("0c868a403bfd7a93a3001ef22ef02e3f");

    private readonly ConcurrentDictionary<string, byte[]> _challenges = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _signedIn = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _messages = new();
    private readonly string _answer;
    private JsonServer _server = null!;

    private NtlmServer(string answer) => _answer = answer;

    /// <summary>Its address, without a slash at the end.</summary>
    public string Address => _server.Address;

    /// <summary>What came in requests, in order: <c>none</c>, or the type of the message.</summary>
    public IReadOnlyCollection<string> Messages => _messages;

    /// <summary>A server that answers all who are signed in with the same JSON.</summary>
    public static async Task<NtlmServer> StartAsync(string answer, CancellationToken cancellationToken)
    {
        var server = new NtlmServer(answer);
        server._server = await JsonServer.StartAsync(server.AnswerAsync, cancellationToken);
        return server;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var connection = context.Connection.Id;
        var header = context.Request.Headers.Authorization.ToString();
        var message = header.StartsWith(Scheme, StringComparison.Ordinal) ? Convert.FromBase64String(header[Scheme.Length..]) : [];
        var type = message.Length > 8 ? message[8] : 0;
        _messages.Enqueue(
            type > 0 ? $"type {type}"
            : header.Length > 0 ? "something else"
            : "none"
        );
        if (type == 1)
        {
            var challenge = _challenges[connection] = RandomNumberGenerator.GetBytes(8);
            context.Response.Headers.WWWAuthenticate = Scheme + Convert.ToBase64String(Challenge(challenge));
        }
        else if (type == 3 ? IsRight(message, _challenges[connection]) : _signedIn.ContainsKey(connection))
        {
            _signedIn[connection] = true;
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(_answer, context.RequestAborted);
        }
        else
        {
            context.Response.Headers.WWWAuthenticate = new(["Negotiate", "NTLM"]);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    /// <summary>Whether the proof is the one of the password: [MS-NLMP], 3.3.2.</summary>
    private static bool IsRight(byte[] message, byte[] challenge)
    {
        var answer = Field(message, 20);
        return Encoding.Unicode.GetString(Field(message, 28)) == "Domain"
            && Encoding.Unicode.GetString(Field(message, 36)) == "User"
            && HMACMD5.HashData(Key, (byte[])[.. challenge, .. answer[16..]]).AsSpan().SequenceEqual(answer[..16]);
    }

    private static Span<byte> Field(byte[] message, int at) =>
        message.AsSpan(
            BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(at + 4)),
            BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(at))
        );

    private static byte[] Challenge(byte[] challenge)
    {
        var domain = Encoding.Unicode.GetBytes("Domain");
        byte[] information = [.. Pair(2, domain), .. Pair(1, Encoding.Unicode.GetBytes("Server")), .. Pair(0, [])];
        const int Head = 56;
        return
        [
            .. "NTLMSSP\0"u8,
            2,
            0,
            0,
            0,
            .. Place(domain.Length, Head),
            .. Number(Flags),
            .. challenge,
            .. new byte[8],
            .. Place(information.Length, Head + domain.Length),
            .. (byte[])[6, 1, 0xb1, 0x1d, 0, 0, 0, 0x0f],
            .. domain,
            .. information,
        ];
    }

    private static byte[] Pair(ushort id, byte[] value) => [.. Number(id)[..2], .. Number((uint)value.Length)[..2], .. value];

    private static byte[] Place(int length, int at) => [.. Number((uint)length)[..2], .. Number((uint)length)[..2], .. Number((uint)at)];

    private static byte[] Number(uint number) => [(byte)number, (byte)(number >> 8), (byte)(number >> 16), (byte)(number >> 24)];
}
