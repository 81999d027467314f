using Connectors.Abstractions;
using Connectors.Sync.Configuration.Settings;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Service;
using Connectors.Sync.Sources;

namespace Connectors.Cli.Output.Listings;

/// <summary>Finds what the command line names, or says what was probably meant.</summary>
internal static class Lookup
{
    /// <summary>The description of a source.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static SourceDescription Describe(SourceCatalog sources, string serviceType)
    {
        try
        {
            return sources.Describe(serviceType);
        }
        catch (ConnectorException exception) when (!sources.Knows(serviceType))
        {
            throw new CliException(ExitCode.Usage, exception.Message);
        }
    }

    /// <summary>The description of a source; <see langword="null"/> when there is none here, or none that can be used.</summary>
    public static SourceDescription? FindDescription(SourceCheck sources, string serviceType)
    {
        try
        {
            return sources.Describe(serviceType);
        }
        catch (ConnectorException)
        {
            // Whoever needs the source finds out why.
            return null;
        }
    }

    /// <summary>The connector with this id, or the only one with this name.</summary>
    /// <exception cref="CliException">There is none, or several have the name.</exception>
    public static async Task<ConnectorRecord> ConnectorAsync(
        ConnectorIndex connectors,
        string idOrName,
        CancellationToken cancellationToken
    )
    {
        if (await connectors.FindAsync(idOrName, cancellationToken) is { IsDeleted: false } found)
        {
            return found;
        }

        List<ConnectorRecord> all = [];
        await foreach (var connector in connectors.ListAsync(cancellationToken))
        {
            all.Add(connector);
        }

        var named = all.Where(connector => connector.Name == idOrName).ToList();
        if (named.Count == 1)
        {
            return named[0];
        }

        if (named.Count > 1)
        {
            throw new CliException(
                ExitCode.Usage,
                $"{named.Count} connectors are named \"{idOrName}\". Give an id: "
                    + $"{string.Join(", ", named.Select(connector => connector.Id))}."
            );
        }

        var near = KeySuggestion.Nearest(idOrName, all.SelectMany(connector => new[] { connector.Id, connector.Name ?? connector.Id }));
        var hint =
            near is not null ? $"Did you mean {near}?"
            : all.Count == 0 ? "There are no connectors at all: make one with `elastic-ingest connector create`."
            : "`elastic-ingest list` shows them.";
        throw new CliException(ExitCode.Usage, $"There is no connector with the id or name \"{idOrName}\". {hint}");
    }
}
