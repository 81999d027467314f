using System.Text.RegularExpressions;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Ingest;

/// <summary>A text with places like <c>{{field}}</c> or <c>{{{field}}}</c>.</summary>
internal sealed partial class Template(string text)
{
    private readonly bool _isPlain = !text.Contains("{{", StringComparison.Ordinal);

    public string Render(IngestDocument document) =>
        _isPlain
            ? text
            : Place()
                .Replace(text, match =>
                {
                    var path = match.Groups["path"].Value;
                    return path switch
                    {
                        "_id" => document.Id,
                        "_index" => document.Index,
                        _ when path.StartsWith("_ingest.", StringComparison.Ordinal) => document.Metadata.GetValueOrDefault(
                            path["_ingest.".Length..],
                            ""
                        ),
                        _ => document.TryGet(new FieldPath(path), out var value) ? Json.Text(value) ?? value?.ToJsonString() ?? "" : "",
                    };
                });

    [GeneratedRegex("""\{\{\{?\s*(?<path>[\w.@-]+)\s*\}?\}\}""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();
}
