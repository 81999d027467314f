namespace Connectors.Cli.Output.Listings;

/// <summary>Rows and columns for a person: as many columns as a terminal has room for, all of them otherwise.</summary>
internal sealed record Listing
{
    /// <summary>What is listed.</summary>
    public required string Title { get; init; }

    /// <summary>The sentence for no rows.</summary>
    public required string WhenEmpty { get; init; }

    /// <summary>The columns.</summary>
    public required IReadOnlyList<ListingColumn> Columns { get; init; }

    /// <summary>Where to look for what a narrow terminal has no room for.</summary>
    public string? More { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(CliEnvironment environment, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var output = environment.Out;
        if (rows.Count == 0)
        {
            output.WriteLine(WhenEmpty);
            return;
        }

        var layout = new ListingLayout(Columns, rows, environment.Columns);
        var lines = layout.Lines();
        output.WriteLine(Title);
        output.WriteLine(layout.Header);
        foreach (var line in lines)
        {
            output.WriteLine(line);
        }

        if (environment.Live is not { } live)
        {
            return;
        }

        if (lines.Count + 4 > live.Size.Rows)
        {
            // The first one has left the screen.
            output.WriteLine(layout.Header);
        }

        if (More is not null && layout.HasLeftOut)
        {
            output.WriteLine(More);
        }
    }
}
