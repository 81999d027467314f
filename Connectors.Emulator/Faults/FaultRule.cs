using Connectors.Emulator.Http;

namespace Connectors.Emulator.Faults;

/// <summary>
/// Something that goes wrong, and when. Make one with a factory method and narrow it with <c>with</c>:
/// <c>FaultRule.RefuseCall(429) with { Route = "{index}/_bulk", Times = 3 }</c>.
/// </summary>
public sealed record FaultRule
{
    private readonly Counter _counter = new();

    private FaultRule(FaultKind kind)
    {
        Kind = kind;
    }

    private FaultRule(FaultRule original)
    {
        (Kind, Method, Route, Request, Item, After, Times, Probability, Random, Status, Type, Reason, RetryAfterSeconds, Gate) = (
            original.Kind,
            original.Method,
            original.Route,
            original.Request,
            original.Item,
            original.After,
            original.Times,
            original.Probability,
            original.Random,
            original.Status,
            original.Type,
            original.Reason,
            original.RetryAfterSeconds,
            original.Gate
        );
        _counter = new Counter();
    }

    /// <summary>What goes wrong.</summary>
    public FaultKind Kind { get; }

    /// <summary>Only requests by this method. Default null: any.</summary>
    public string? Method { get; init; }

    /// <summary>Only this call, for instance <c>{index}/_bulk</c>; <c>_bulk</c> alone stands for both forms of a bulk. Default null:
    /// any.</summary>
    public string? Route { get; init; }

    /// <summary>Only requests for which this is true; path, query and body can be looked at. Default null: any.</summary>
    public Func<LoggedRequest, bool>? Request { get; init; }

    /// <summary>For <see cref="FaultKind.RefuseItem"/>: only items for which this is true. Default null: any.</summary>
    public Func<BulkItem, bool>? Item { get; init; }

    /// <summary>This many matches go well first. Default 0.</summary>
    public int After { get; init; }

    /// <summary>After this many times the rule has no effect any more. Default: without end.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>Share of the matches that go wrong, 0 to 1, drawn from <see cref="Random"/>. Default 1.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Needed when <see cref="Probability"/> is below 1. Give a seeded one, so that a run can be repeated; it is used under a
    /// lock.</summary>
    public Random? Random { get; init; }

    /// <summary>The HTTP status of the refusal. Default 429.</summary>
    public int Status { get; init; } = 429;

    /// <summary>The error's type. Default <c>es_rejected_execution_exception</c>.</summary>
    public string Type { get; init; } = "es_rejected_execution_exception";

    /// <summary>The error's reason.</summary>
    public string Reason { get; init; } = "rejected execution of coordinating operation [a fault of the emulator]";

    /// <summary>Value of the <c>Retry-After</c> header in seconds. Default null: none is sent.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Where <see cref="FaultKind.Hold"/> holds.</summary>
    public RequestGate? Gate { get; init; }

    /// <summary>How often it has happened.</summary>
    public int Hits => _counter.Hits;

    /// <summary>Answers whole calls with a status: 429, 503, ...</summary>
    public static FaultRule RefuseCall(int status) =>
        new(FaultKind.RefuseCall)
        {
            Status = status,
            Type = status == 429 ? "es_rejected_execution_exception" : "status_exception",
            Reason = $"the emulator was told to answer {status}",
        };

    /// <summary>Answers items of bulk calls with a status, and with an error type when it isn't 429.</summary>
    public static FaultRule RefuseItem(int status, string type = "es_rejected_execution_exception") =>
        new(FaultKind.RefuseItem)
        {
            Status = status,
            Type = type,
            Reason = $"the emulator was told to answer {status}",
        };

    /// <summary>Holds calls at a gate.</summary>
    public static FaultRule Hold(RequestGate gate) => new(FaultKind.Hold) { Gate = gate };

    /// <summary>Cuts the connection before the call is carried out.</summary>
    public static FaultRule CutBefore() => new(FaultKind.CutBefore);

    /// <summary>Carries the call out and cuts the connection instead of answering.</summary>
    public static FaultRule CutAfter() => new(FaultKind.CutAfter);

    internal ElasticError Error() => new(Status, Type, Reason) { RetryAfterSeconds = RetryAfterSeconds };

    internal bool Applies(LoggedRequest request) =>
        (Method is null || Method == request.Method)
        && (Route is null || Route == request.Route || (Route == "_bulk" && request.Route == "{index}/_bulk"))
        && (Request is null || Request(request));

    /// <summary>Counts a match and says whether it goes wrong.</summary>
    internal bool Draw()
    {
        lock (_counter)
        {
            if (_counter.Matches++ < After || _counter.Hits >= Times)
            {
                return false;
            }

            if (
                Probability < 1
                && (Random ?? throw new InvalidOperationException("A fault with a probability needs a Random.")).NextDouble() >= Probability
            )
            {
                return false;
            }

            _counter.Hits++;
            return true;
        }
    }

    private sealed class Counter
    {
        public int Matches { get; set; }

        public int Hits { get; set; }
    }
}
