using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Connectors.Abstractions;

/// <summary>
/// Notices that an enumeration gives the same ids in the same order without end, as when a service that does not know the parameter for
/// the page gives the first one for ever. An id is watched, and what comes between its comings is compared with what came before; at every
/// power of two another one is, so that one of the circle is watched at last (as in Brent's algorithm). Needs no memory of the ids.
/// </summary>
internal sealed class ListingLoop
{
    /// <summary>A document may come many times for good reasons: once for each folder that it is in, say.</summary>
    private const long MostRepeated = 100_000;

    private const int FewestLaps = 3;

    private ulong _watched;
    private long _count;
    private long _nextWatch = 1;
    private Lap _lap;
    private Lap? _lastLap;
    private long _laps;

    /// <summary>How many documents make the circle, when there is one.</summary>
    public long Length => _lap.Length;

    /// <summary>Takes the next id.</summary>
    /// <returns>Whether the enumeration goes in a circle.</returns>
    public bool Add(string? id)
    {
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(id.AsSpan()));
        _count++;
        if (_lap.Length > 0 && hash == _watched)
        {
            _laps = _lap == _lastLap ? _laps + 1 : 0;
            if (_laps >= FewestLaps && _laps * _lap.Length >= MostRepeated)
            {
                return true;
            }

            _lastLap = _lap;
            _lap = default;
        }

        if (_laps == 0 && _count >= _nextWatch)
        {
            (_watched, _nextWatch) = (hash, 2 * _count);
            (_lap, _lastLap) = (default, null);
        }

        _lap = new Lap(_lap.Length + 1, unchecked((_lap.Hash * 31) + hash));
        return false;
    }

    /// <summary>What came from one coming of the watched id to the next.</summary>
    private readonly record struct Lap(long Length, ulong Hash);
}
