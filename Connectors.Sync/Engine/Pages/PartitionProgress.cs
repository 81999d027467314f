using Connectors.Abstractions;
using Connectors.Sync.Staging.LocalState;

namespace Connectors.Sync.Engine.Pages;

/// <summary>How far the reading of a partition is.</summary>
internal struct PartitionProgress
{
    /// <summary>Where the next page begins.</summary>
    public PageToken Token { get; private set; }

    /// <summary>Whether it was read to its end.</summary>
    public bool IsLast { get; private set; }

    /// <summary>Whether it began anew, so that documents came again.</summary>
    public bool Restarted { get; set; }

    /// <summary>Documents that came more than once.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Adds a page.</summary>
    public void Add(PageDone page)
    {
        Token = new PageToken(page.Next);
        IsLast |= page.IsLast;
        Duplicates += page.Counts.Duplicates;
    }
}
