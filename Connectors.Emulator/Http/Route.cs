namespace Connectors.Emulator.Http;

/// <summary>One call that the emulator knows.</summary>
internal sealed class Route
{
    private static readonly string[] Everywhere = ["pretty", "human", "error_trace", "filter_path", "format"];
    private readonly string[] _pattern;
    private readonly HashSet<string> _parameters;

    /// <param name="methods">Comma-separated, for instance <c>GET,POST</c>.</param>
    /// <param name="pattern">For instance <c>{index}/_doc/{id}</c>; <c>{index}</c> stands for names that don't begin with an
    /// underscore.</param>
    /// <param name="parameters">Comma-separated query parameters; any other is refused.</param>
    /// <param name="handle">Makes the answer.</param>
    public Route(string methods, string pattern, string parameters, Action<Exchange> handle)
    {
        Methods = methods.Split(',');
        Name = pattern;
        _pattern = pattern.Length == 0 ? [] : pattern.Split('/');
        _parameters = [.. parameters.Split(',', StringSplitOptions.RemoveEmptyEntries), .. Everywhere];
        Handle = handle;
    }

    public string[] Methods { get; }

    /// <summary>The pattern: what the counters of requests go by.</summary>
    public string Name { get; }

    public Action<Exchange> Handle { get; }

    public bool Matches(string[] segments)
    {
        if (segments.Length != _pattern.Length)
        {
            return false;
        }

        for (var i = 0; i < segments.Length; i++)
        {
            var fits = _pattern[i] switch
            {
                "{index}" => segments[i].Length > 0 && (segments[i][0] != '_' || segments[i] == "_all"),
                ['{', ..] => segments[i].Length > 0,
                var literal => literal == segments[i],
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first query parameter that this call doesn't know.</summary>
    public string? UnknownParameter(IEnumerable<string> given) => given.FirstOrDefault(name => !_parameters.Contains(name));
}
