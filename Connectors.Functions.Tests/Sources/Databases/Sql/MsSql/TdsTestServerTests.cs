using System.Net;
using System.Net.Sockets;
using System.Text;
using Connectors.Sources.Databases.Sql.MsSql.Tds;
using Connectors.Tests.Support.Tds;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

/// <summary>A server of the tests that has a fault itself does not pass for one whose connection broke.</summary>
public sealed class TdsTestServerTests
{
    private static readonly byte[] Statement = [4, 0, 0, 0, .. Encoding.Unicode.GetBytes("SELECT 1")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnAnswerThatCouldNotBeMadeFailsTheTest()
    {
        var failure = await DisposedAfterAsync(new(_ => throw new IOException("a column is missing")), TdsRequest.Batch, Statement);
        Assert.Contains("could not answer: SELECT 1: a column is missing", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMessageThatCouldNotBeReadFailsTheTest()
    {
        var failure = await DisposedAfterAsync(new(_ => TdsAnswer.Done), TdsRequest.Call, Statement);
        Assert.Contains("could not answer: a message of the type 3", failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClientThatHangsUpIsNoFault() =>
        Assert.Null(await DisposedAfterAsync(new(_ => TdsAnswer.Done.WithoutEnd()), TdsRequest.Batch, Statement));

    /// <summary>What the server throws when it is disposed, after a message to which it hung up.</summary>
    private static async Task<Exception?> DisposedAfterAsync(TdsTestServer server, byte type, byte[] message)
    {
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Port, Cancellation);
            var stream = client.GetStream();
            await stream.WriteAsync(TdsPacket.Of(type, message, isLast: true), Cancellation);
            await stream.CopyToAsync(Stream.Null, Cancellation);
        }

        return await Record.ExceptionAsync(async () => await server.DisposeAsync());
    }
}
