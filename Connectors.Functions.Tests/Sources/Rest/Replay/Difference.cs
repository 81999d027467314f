using System.Text.Json.Nodes;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>A way in which our documents differ from the recorded ones on purpose.</summary>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Covers">Whether a difference is this one: the document's id, the field, the recorded value, ours.</param>
internal sealed record Difference(string Reason, Func<string, string, JsonNode?, JsonNode?, bool> Covers)
{
    /// <summary>A document that only one side has is a difference of this field, its value the document.</summary>
    public const string Whole = "(document)";
}
