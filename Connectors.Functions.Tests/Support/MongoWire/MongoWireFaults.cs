using MongoDB.Bson;

namespace Connectors.Tests.Support.MongoWire;

/// <summary>What goes wrong, and when. A rule counts the commands of its name from the moment it is added. Safe for any thread.</summary>
internal sealed class MongoWireFaults
{
    private readonly Lock _gate = new();
    private readonly List<Rule> _rules = [];

    /// <summary>The <paramref name="nth"/> command of that name, and <paramref name="times"/> - 1 after it, are answered with an
    /// error.</summary>
    public void Fail(string command, int nth, int code, string codeName, string message, string[]? labels = null, int times = 1) =>
        Add(new Rule(command, nth, times) { Error = Error(code, codeName, message, labels) });

    /// <summary>The connection is cut instead of an answer; with <paramref name="afterBytes"/>, in the middle of it.</summary>
    public void Cut(string command, int nth, int afterBytes = 0, int times = 1) =>
        Add(new Rule(command, nth, times) { CutAfterBytes = afterBytes });

    /// <summary>The command waits for <paramref name="until"/> before it is carried out. The returned task ends when it has
    /// arrived.</summary>
    public Task Hold(string command, int nth, Task until)
    {
        var rule = new Rule(command, nth, 1) { Until = until };
        Add(rule);
        return rule.Arrived.Task;
    }

    /// <summary>All goes well again.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    public static BsonDocument Error(int code, string codeName, string message, string[]? labels = null)
    {
        var error = new BsonDocument
        {
            { "ok", 0.0 },
            { "errmsg", message },
            { "code", code },
            { "codeName", codeName },
        };
        if (labels is not null)
        {
            error.Add("errorLabels", new BsonArray(labels));
        }

        return error;
    }

    internal Rule? Next(string command)
    {
        lock (_gate)
        {
            Rule? found = null;
            foreach (var rule in _rules)
            {
                if (rule.Command == command && rule.Applies())
                {
                    found ??= rule;
                }
            }

            return found;
        }
    }

    private void Add(Rule rule)
    {
        lock (_gate)
        {
            _rules.Add(rule);
        }
    }

    internal sealed class Rule(string command, int nth, int times)
    {
        private int _seen;

        public string Command => command;

        public BsonDocument? Error { get; init; }

        public int? CutAfterBytes { get; init; }

        public Task? Until { get; init; }

        public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Applies()
        {
            _seen++;
            return _seen >= nth && _seen - nth < times;
        }
    }
}
