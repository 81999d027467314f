using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest;

/// <summary>
/// A part of a service that can be read on its own, beside the others: a site, a project, a repository, a table. Found once, when the sync
/// is planned, and stored with the plan: what is needed to read it stands in it, without secrets.
/// </summary>
/// <param name="Key">What the service calls it: an id, a path. Unique in the source; empty for the whole source.</param>
/// <param name="Name">What a person calls it, for messages.</param>
/// <param name="Detail">More that is needed to read it; empty for nothing.</param>
internal sealed record RestPlace(string Key, string Name, string Detail = "")
{
    /// <summary>The whole source.</summary>
    public static RestPlace Whole { get; } = new(string.Empty, "all");

    /// <summary>Whether this is the whole source. When it can't be read, the sync fails; when another place can't, that is a gap.</summary>
    public bool IsWhole => Key.Length == 0;

    /// <summary>Divides places into partitions: one each, or <paramref name="most"/> that hold several.</summary>
    public static IReadOnlyList<SourcePartition> Divide(IReadOnlyList<RestPlace> places, int most)
    {
        if (places.Count == 0)
        {
            return [new SourcePartition("none", Write([]))];
        }

        if (places.Count <= most)
        {
            return [.. places.Select(place => new SourcePartition(place.IsWhole ? place.Name : place.Key, Write([place])))];
        }

        // Neighbours go to different partitions: large places tend to lie beside each other.
        return
        [
            .. Enumerable
                .Range(0, most)
                .Select(number => new SourcePartition(
                    $"{number + 1} of {most}",
                    Write(places.Where((_, index) => index % most == number))
                )),
        ];
    }

    /// <summary>The places of a partition, in order.</summary>
    /// <exception cref="ConnectorException">Its bounds were written by something else.</exception>
    public static IReadOnlyList<RestPlace> Of(SourcePartition partition)
    {
        try
        {
            var parts = JsonSerializer.Deserialize<string[][]>(partition.Bounds) ?? [];
            return [.. parts.Select(part => new RestPlace(part[0], part[1], part[2]))];
        }
        catch (Exception wrong) when (wrong is JsonException or IndexOutOfRangeException)
        {
            throw new ConnectorException($"The partition '{partition.Name}' was planned by another version. Start the sync anew.");
        }
    }

    private static string Write(IEnumerable<RestPlace> places) =>
        JsonSerializer.Serialize(places.Select(place => new[] { place.Key, place.Name, place.Detail }));
}
