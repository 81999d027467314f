namespace Elastic.Transport;

public abstract class NodePool
{
    protected NodePool()
    {
    }

    internal abstract IReadOnlyList<Node> Known { get; }

    /// <summary>The nodes to try for one request, in order.</summary>
    internal abstract IEnumerable<Node> View(DateTimeOffset now);
}

public class SingleNodePool(Uri uri) : NodePool
{
    private readonly Node[] _node = [new Node(uri)];

    internal override IReadOnlyList<Node> Known => _node;

    internal override IEnumerable<Node> View(DateTimeOffset now) => _node;
}

public class StaticNodePool : NodePool
{
    private readonly Node[] _nodes;
    private int _cursor = -1;

    public StaticNodePool(IEnumerable<Uri> uris, bool randomize = true)
    {
        _nodes = [.. uris.DistinctBy(uri => uri.AbsoluteUri).Select(uri => new Node(uri))];
        if (_nodes.Length == 0)
        {
            throw new ArgumentException("At least one node is needed.", nameof(uris));
        }

        if (_nodes.Any(node => node.Uri.Scheme != _nodes[0].Uri.Scheme))
        {
            throw new ArgumentException("All nodes must have the same scheme, http or https.", nameof(uris));
        }

        if (randomize)
        {
            Random.Shared.Shuffle(_nodes);
        }
    }

    internal override IReadOnlyList<Node> Known => _nodes;

    internal override IEnumerable<Node> View(DateTimeOffset now)
    {
        var start = (uint)Interlocked.Increment(ref _cursor);
        var alive = _nodes.Where(node => node.IsUsable(now)).ToArray();

        // With all of them dead, one is tried all the same.
        return alive.Length == 0
            ? [_nodes[start % (uint)_nodes.Length]]
            : Enumerable.Range(0, alive.Length).Select(offset => alive[(start + (uint)offset) % (uint)alive.Length]);
    }
}

internal sealed class Node
{
    private static readonly TimeSpan FirstDeadTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestDeadTime = TimeSpan.FromMinutes(30);
    private readonly Lock _gate = new();
    private DateTimeOffset _deadUntil;
    private int _failures;

    public Node(Uri uri) => Uri = uri.OriginalString.EndsWith('/') ? uri : new Uri(uri.OriginalString + "/");

    public Uri Uri { get; }

    public bool IsUsable(DateTimeOffset now)
    {
        lock (_gate)
        {
            return _deadUntil <= now;
        }
    }

    public void MarkAlive()
    {
        lock (_gate)
        {
            _failures = 0;
            _deadUntil = default;
        }
    }

    public void MarkDead(DateTimeOffset now)
    {
        lock (_gate)
        {
            var time = FirstDeadTime * 2 * Math.Pow(2, (_failures * 0.5) - 1);
            _failures++;
            _deadUntil = now + (time < LongestDeadTime ? time : LongestDeadTime);
        }
    }
}
