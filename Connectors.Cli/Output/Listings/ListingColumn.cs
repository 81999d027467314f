namespace Connectors.Cli.Output.Listings;

/// <summary>A column of a listing.</summary>
/// <param name="Name">Its header.</param>
/// <param name="Rank">Who gets a place in a narrow terminal first: 0 before 1. The first column always has one.</param>
/// <param name="Otherwise">What becomes of a column that has no place.</param>
internal sealed record ListingColumn(string Name, int Rank, ColumnFallback Otherwise = ColumnFallback.Below);

/// <summary>What becomes of a column for which a terminal is too narrow. Nothing is ever broken over several lines of a column.</summary>
internal enum ColumnFallback
{
    /// <summary>Its values go to a line below the row.</summary>
    Below,

    /// <summary>It is left out: another command shows it.</summary>
    LeftOut,

    /// <summary>A sentence: on a terminal it always goes below the row, and is cut after two lines.</summary>
    Sentence,
}
