namespace Connectors.Emulator.Http;

/// <summary>A group of calls. The seam for further ones: add a folder with an implementation and name it in
/// <c>EmulatorServer</c>.</summary>
internal interface IRoutes
{
    IEnumerable<Route> Routes { get; }
}

/// <summary>Finds the call that a request means. What is in no group is refused.</summary>
internal sealed class Router(IEnumerable<IRoutes> groups)
{
    private readonly Route[] _routes = [.. groups.SelectMany(group => group.Routes)];

    public Route? Find(string method, string[] segments)
    {
        foreach (var route in _routes)
        {
            if (Array.IndexOf(route.Methods, method) >= 0 && route.Matches(segments))
            {
                return route;
            }
        }

        return null;
    }

    /// <summary>Answers a request that no route takes: 405 when another method would do, else 400.</summary>
    public void Refuse(Exchange exchange)
    {
        var allowed = _routes
            .Where(route => route.Matches(exchange.Segments))
            .SelectMany(route => route.Methods)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        var json = exchange.Json;
        json.WriteStartObject();
        if (allowed.Count > 0)
        {
            exchange.Status = 405;
            json.WriteString(
                "error",
                $"Incorrect HTTP method for uri [{exchange.Path}] and method [{exchange.Method}], allowed: [{string.Join(", ", allowed)}]"
            );
            json.WriteNumber("status", 405);
        }
        else
        {
            exchange.Status = 400;
            json.WriteString("error", $"no handler found for uri [{exchange.Path}] and method [{exchange.Method}]");
        }

        json.WriteEndObject();
    }
}
