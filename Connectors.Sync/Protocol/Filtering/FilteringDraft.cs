using System.Text.Json.Nodes;
using Connectors.Sync.Protocol.Connectors;

namespace Connectors.Sync.Protocol.Filtering;

/// <summary>What becomes of rules that a user has drafted: checked, and put in force when they are right. Pure.</summary>
internal static class FilteringDraft
{
    /// <summary>
    /// The change of a connector whose draft was edited; <see langword="null"/> when none was. Verdict and activation are one change, made
    /// on the very draft that was checked.
    /// </summary>
    public static JsonObject? Decide(ConnectorRecord connector, DraftValidator check)
    {
        if (connector.Document.Source.Array("filtering") is not { } filtering)
        {
            return null;
        }

        var changed = false;
        var decided = filtering.DeepClone().AsArray();
        foreach (var domain in decided.OfType<JsonObject>())
        {
            if (domain.Object("draft") is not { } draft || draft.Object("validation").Text("state") != "edited")
            {
                continue;
            }

            changed = true;
            var validation = check.Validate(draft);
            draft["validation"] = validation;
            if (validation.Text("state") == "valid")
            {
                domain["active"] = draft.DeepClone();
            }
        }

        return changed ? new JsonObject { ["filtering"] = decided } : null;
    }
}
