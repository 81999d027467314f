using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Ingest;

/// <summary>The one form of a processor's <c>if</c> that we know: a field compared with a constant, as in
/// <c>ctx?._reduce_whitespace == true</c>.</summary>
internal sealed partial class Condition
{
    private readonly FieldPath _path;
    private readonly bool _isEqual;
    private readonly byte[] _json;

    private Condition(FieldPath path, bool isEqual, string json)
    {
        (_path, _isEqual, _json) = (path, isEqual, Encoding.UTF8.GetBytes(json));
    }

    /// <exception cref="ElasticErrorException">400: a script of another form.</exception>
    public static Condition Parse(string script)
    {
        var match = Form().Match(script.Trim());
        if (!match.Success)
        {
            throw ElasticErrors.Unsupported($"the condition [{script}]; it knows comparisons of one field with a constant").Thrown();
        }

        var constant = match.Groups["constant"].Value;
        var json = constant[0] is '\'' or '"' ? JsonValue.Create(constant[1..^1])!.ToJsonString() : constant;
        return new Condition(
            new FieldPath(match.Groups["path"].Value.Replace("?", "", StringComparison.Ordinal)),
            match.Groups["operator"].Value == "==",
            json
        );
    }

    public bool Holds(IngestDocument document)
    {
        bool equal;
        if (_path.Parts.Length == 1)
        {
            equal = document.Has(_path) ? document.IsRaw(_path, _json) : _json.AsSpan().SequenceEqual("null"u8);
        }
        else
        {
            document.TryGet(_path, out var value);
            equal = JsonNode.DeepEquals(value, JsonNode.Parse(_json));
        }

        return equal == _isEqual;
    }

    [GeneratedRegex(
        """^ctx\??\.(?<path>[A-Za-z_][\w.?]*)\s*(?<operator>==|!=)\s*(?<constant>true|false|null|-?\d+|'[^'\\]*'|"[^"\\]*")$""",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Form();
}
