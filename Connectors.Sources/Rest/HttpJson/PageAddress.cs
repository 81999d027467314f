using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.HttpJson;

/// <summary>Puts a value into an address, and finds it there.</summary>
internal static class PageAddress
{
    /// <summary>The address with one query parameter set, in the place of whatever value it had.</summary>
    public static Uri With(Uri address, string parameter, string value)
    {
        var name = Uri.EscapeDataString(parameter);
        var others = address
            .Query.TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part.Split('=')[0] is var other && other != name && Uri.UnescapeDataString(other) != parameter);
        return new UriBuilder(address) { Query = string.Join('&', others.Append($"{name}={Uri.EscapeDataString(value)}")) }.Uri;
    }

    /// <summary>The number that a query parameter holds.</summary>
    /// <exception cref="ConnectorException">There is none.</exception>
    public static long NumberIn(Uri address, string parameter)
    {
        foreach (var part in address.Query.TrimStart('?').Split('&'))
        {
            if (
                part.Split('=') is [var name, var value]
                && Uri.UnescapeDataString(name) == parameter
                && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            )
            {
                return number;
            }
        }

        throw HttpJsonErrors.NoPlace(parameter);
    }
}
