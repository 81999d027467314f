using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Sandfly;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Sandfly;

/// <summary>How the recording of Sandfly is replayed.</summary>
/// <remarks>
/// No public reference of Sandfly's API was found. What is asked and read agrees with Sandfly's add-on for Splunk: auth/login, license
/// (date, limits.features), sshhunter/summary (size, page, more_results) and key, results (filter with columnField, operatorValue and
/// linkoperator, sort by sequence_id).
/// </remarks>
internal static class SandflyReplay
{
    public static ReplaySource Source { get; } = With((_, _) => null);

    /// <summary>The recording with answers of one's own before it.</summary>
    public static ReplaySource With(Func<ReplayRequest, Func<ReplayRequest, ReplayAnswer?>, ReplayAnswer?> answer) =>
        new("sandfly", context => new SandflyDataSource(context)) { Answer = answer, Normalize = Normalize };

    /// <summary>A page of results.</summary>
    public static ReplayAnswer Results(bool more, params string[] numbers) =>
        ReplayAnswer.Json(
            new JsonObject
            {
                ["more_results"] = more,
                ["total"] = numbers.Length,
                ["data"] = new JsonArray([
                    .. numbers.Select(number => (JsonNode)new JsonObject { ["sequence_id"] = number, ["external_id"] = $"ext-{number}" }),
                ]),
            }
        );

    /// <summary>A page of the summary of SSH keys.</summary>
    public static ReplayAnswer Keys(bool more, params string[] ids) =>
        ReplayAnswer.Json(
            new JsonObject
            {
                ["more_results"] = more,
                ["data"] = new JsonArray([.. ids.Select(id => (JsonNode)new JsonObject { ["id"] = id })]),
            }
        );

    /// <summary>The recorded source asks for the first page of SSH keys only, without its number.</summary>
    private static ReplayRequest Normalize(ReplayRequest request)
    {
        var body = request.Body?.DeepClone();
        if (request.Url.AbsolutePath == "/v4/auth/login")
        {
            body!.AsObject().Remove("password");
        }

        return (request with { Body = body }).WithQuery("size", _ => null).WithQuery("page", page => page == "1" ? null : page);
    }
}
