using System.Runtime.CompilerServices;
using Connectors.Abstractions;

namespace Connectors.Samples.Releases;

/// <summary>The releases that a YAML file lists: <c>{version, date, notes}</c> each (README.md).</summary>
public sealed class ReleasesDataSource(SourceContext context) : EnumerableDataSource(context)
{
    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Releases",
            ServiceType = "releases",
            Fields = [new ConfigField("file", "YAML file") { Tooltip = "Absolute path of a file with a list of releases." }],
        };

    /// <inheritdoc/>
    public override Task PingAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
        SourcePartition partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var release in (await LoadAsync(cancellationToken)).OrderBy(release => release["version"], StringComparer.Ordinal))
        {
            yield return new SimpleDocument(release["version"], release);
        }
    }

    private async Task<IReadOnlyList<Dictionary<string, string>>> LoadAsync(CancellationToken cancellationToken)
    {
        var file = Context.Settings.GetRequiredString("file");
        string text;
        try
        {
            text = await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException($"file: '{file}' can't be read as a list of releases: {failure.Message}");
        }

        return ReleaseFile.Parse(file, text);
    }
}
