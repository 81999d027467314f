using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>
/// A small MongoDB server in memory, on 127.0.0.1 and a free port, for the real driver to talk to: handshake, find in batches, getMore,
/// a few aggregations, the facts that the source asks for, SCRAM-SHA-256, and faults on order. It stores documents as BSON bytes and copies
/// them out, so that it is not what a benchmark measures.
/// </summary>
internal sealed class MongoWireServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<(string Database, string Name), MongoWireCollection> _collections = new();
    private readonly ConcurrentDictionary<Socket, byte> _sockets = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private Task _accepting = Task.CompletedTask;
    private long _cursorId;

    private MongoWireServer() { }

    public MongoWireTopology Topology { get; set; } = MongoWireTopology.ReplicaSet;

    public string SetName { get; set; } = "rs0";

    /// <summary>25 is MongoDB 8.0.</summary>
    public int MaxWireVersion { get; set; } = 25;

    /// <summary>Changes when the server process is another.</summary>
    public ObjectId ProcessId { get; set; } = ObjectId.GenerateNewId();

    /// <summary>Changes with every election.</summary>
    public ObjectId ElectionId { get; set; } = ObjectId.GenerateNewId();

    /// <summary>Where $sample's choice comes from.</summary>
    public Random Random { get; set; } = new(1);

    /// <summary>When set, every command but the handshake needs these credentials.</summary>
    public (string User, string Password)? Login { get; set; }

    /// <summary>Some servers that speak the protocol have no sessions.</summary>
    public bool HasSessions { get; set; } = true;

    public MongoWireFaults Faults { get; } = new();

    /// <summary>The operation log has forgotten the changes before this one.</summary>
    public long FirstKeptChange { get; set; }

    /// <summary>Change streams open at the moment.</summary>
    public ConcurrentDictionary<long, MongoWireChangeStream> ChangeStreams { get; } = new();

    /// <summary>The server's time, by its number of changes.</summary>
    public BsonTimestamp Time => TimeOf(_collections.Values.Sum(collection => (long)collection.Changes.Count));

    /// <summary>The server's time when that many changes had been made.</summary>
    public static BsonTimestamp TimeOf(long changes) => new(1_700_000_000, (int)changes + 1);

    /// <summary>Asked at every command but handshakes and farewells; false makes it fail as interrupted.</summary>
    public Func<bool>? Gate { get; set; }

    /// <summary>Every command that came in, but for handshakes and heartbeats, in order.</summary>
    public ConcurrentQueue<BsonDocument> Commands { get; } = new();

    /// <summary>Switch off for long benchmarks.</summary>
    public bool RecordsCommands { get; set; } = true;

    public string Host => _listener.LocalEndpoint.ToString()!;

    public string ConnectionString => $"mongodb://{Host}/";

    /// <summary>Cursors open at the moment.</summary>
    public ConcurrentDictionary<long, MongoWireCursor> Cursors { get; } = new();

    public static Task<MongoWireServer> StartAsync()
    {
        var server = new MongoWireServer();
        server._listener.Start();
        server._accepting = server.AcceptAsync();
        return Task.FromResult(server);
    }

    /// <summary>Creates the collection, or fills the existing one anew.</summary>
    public MongoWireCollection AddCollection(string database, string collection, IEnumerable<byte[]> documents)
    {
        var added = _collections.GetOrAdd((database, collection), key => new MongoWireCollection(key.Database, key.Name));
        added.Load(documents.Select(bytes => new StoredDocument(bytes)));
        return added;
    }

    /// <summary>Creates the collection, or fills the existing one anew.</summary>
    public MongoWireCollection AddCollection(string database, string collection, params IEnumerable<BsonDocument> documents) =>
        AddCollection(database, collection, documents.Select(document => StoredDocument.From(document).Bson));

    public void DropCollection(string database, string collection) => _collections.TryRemove((database, collection), out _);

    public MongoWireCollection? Find(string database, string collection) => _collections.GetValueOrDefault((database, collection));

    public IEnumerable<MongoWireCollection> Collections(string database) =>
        _collections
            .Values.Where(collection => collection.Database == database)
            .OrderBy(collection => collection.Name, StringComparer.Ordinal);

    public IEnumerable<string> Databases =>
        _collections.Keys.Select(key => key.Database).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>Cuts every connection; new ones are welcome.</summary>
    public void CutConnections()
    {
        foreach (var socket in _sockets.Keys)
        {
            socket.Dispose();
        }
    }

    public long NextCursorId() => Interlocked.Increment(ref _cursorId) + 1_000_000;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        CutConnections();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                socket.NoDelay = true;
                _sockets[socket] = 0;
                _connections.Add(Task.Run(() => ServeAsync(socket), CancellationToken.None));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server stops.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using var connection = new MongoWireConnection(this, socket);
            await connection.RunAsync(_stop.Token);
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The client went away, or the connection was cut on order.
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
            socket.Dispose();
        }
    }
}
