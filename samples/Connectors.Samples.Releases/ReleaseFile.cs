using Connectors.Abstractions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Connectors.Samples.Releases;

/// <summary>The file, as README.md describes it. What is wrong in it is told with its line.</summary>
internal static class ReleaseFile
{
    private const string Example = "{version: '1.0', date: 2026-01-31, notes: 'The first.'}";

    /// <summary>The releases in it, in the order of the file.</summary>
    /// <exception cref="ConnectorException">It is no list of releases.</exception>
    public static IReadOnlyList<Dictionary<string, string>> Parse(string file, string text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException failure)
        {
            throw Broken(file, failure.Start, $"it is not YAML: {failure.Message}");
        }

        // A file that somebody is just writing is empty as well, and must not look like one without releases.
        if (yaml.Documents.Count == 0)
        {
            throw Broken(file, Mark.Empty, "it is empty. When there are no releases, write [].");
        }

        return [.. yaml.Documents.SelectMany(document => Releases(file, document.RootNode))];
    }

    private static IEnumerable<Dictionary<string, string>> Releases(string file, YamlNode root) =>
        root is YamlSequenceNode list
            ? list.Select(item => Release(file, item))
            : throw Broken(file, root.Start, $"here stands no list. Write a line like this for each release: - {Example}");

    private static Dictionary<string, string> Release(string file, YamlNode item)
    {
        if (item is not YamlMappingNode fields)
        {
            throw Broken(file, item.Start, $"a release is a mapping: {Example}");
        }

        var release = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            if (name is not YamlScalarNode { Value: { } key } || value is not YamlScalarNode { Value: { } entry })
            {
                throw Broken(file, value.Start, $"{name} must be one text, and no list or mapping.");
            }

            release[key] = entry;
        }

        return release.GetValueOrDefault("version") is { Length: > 0 }
            ? release
            : throw Broken(file, item.Start, $"the release has no version, which is its id: {Example}");
    }

    private static ConnectorException Broken(string file, Mark at, string what) =>
        new($"file: '{file}' can't be read as a list of releases: line {at.Line}: {what}");
}
