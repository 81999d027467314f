using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) on one connection.</summary>
internal sealed class MongoWireLogin(MongoWireServer server)
{
    private const int Iterations = 4096;

    private static readonly byte[] Salt = "a salt of sixteen"u8.ToArray();

    private string _clientFirstBare = string.Empty;
    private string _serverFirst = string.Empty;
    private bool _isDone;

    public bool IsDone => _isDone || server.Login is null;

    public BsonDocument Start(BsonDocument command)
    {
        if (command["mechanism"].AsString != "SCRAM-SHA-256")
        {
            throw new MongoWireException(334, "MechanismUnavailable", "Only SCRAM-SHA-256 here");
        }

        var message = Encoding.UTF8.GetString(command["payload"].AsByteArray);
        _clientFirstBare = message[(message.IndexOf(",,", StringComparison.Ordinal) + 2)..];
        _serverFirst = string.Create(
            CultureInfo.InvariantCulture,
            $"r={Field(_clientFirstBare, 'r')}server,s={Convert.ToBase64String(Salt)},i={Iterations}"
        );
        return Reply(_serverFirst, isDone: false);
    }

    public BsonDocument Continue(BsonDocument command)
    {
        var message = Encoding.UTF8.GetString(command["payload"].AsByteArray);
        if (message.Length == 0)
        {
            return Reply(string.Empty, isDone: true);
        }

        var (user, password) = server.Login ?? (Field(_clientFirstBare, 'n'), string.Empty);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, Salt, Iterations, HashAlgorithmName.SHA256, 32);
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var proofStart = message.LastIndexOf(",p=", StringComparison.Ordinal);
        var signed = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{message[..proofStart]}");
        var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), signed);
        var proof = Convert.FromBase64String(message[(proofStart + 3)..]);
        var expected = clientKey.Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
        if (Field(_clientFirstBare, 'n') != user || !CryptographicOperations.FixedTimeEquals(proof, expected))
        {
            throw new MongoWireException(18, "AuthenticationFailed", "Authentication failed.");
        }

        _isDone = true;
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return Reply($"v={Convert.ToBase64String(HMACSHA256.HashData(serverKey, signed))}", isDone: true);
    }

    private static string Field(string message, char name) =>
        message.Split(',').First(part => part.StartsWith($"{name}=", StringComparison.Ordinal))[2..];

    private static BsonDocument Reply(string payload, bool isDone) =>
        new()
        {
            { "conversationId", 1 },
            { "done", isDone },
            { "payload", Encoding.UTF8.GetBytes(payload) },
        };
}
