using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Zoom;

/// <summary>The fields of a <c>zoom</c> connector, under the Python service's names.</summary>
internal sealed record ZoomConfiguration(string Account, string ClientId, Secret ClientSecret)
{
    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("account_id", "Account ID") { Tooltip = "On the page App Credentials of the app, as the client's id and secret." },
        new("client_id", "Client ID"),
        new("client_secret", "Client secret") { Sensitive = true },
        CommonFields.Toggle(
            "fetch_past_meeting_details",
            "Fetch past meeting details",
            "Ask for each past meeting how it went, and who took part: two requests a meeting and more."
        ),
        new("recording_age", "Recording Age Limit (Months)")
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            Validations = [new ConfigValidation("greater_than", -1)],
            Tooltip = "Recordings of how many months are mirrored, of 30 days each; 0 for none.",
        },
        RestFields.Retries,
        CommonFields.TextExtraction,
    ];

    public bool WithDetails { get; init; }

    public int RecordingMonths { get; init; }

    public int Retries { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static ZoomConfiguration From(SourceSettings settings) =>
        new(
            settings.GetRequiredString("account_id"),
            settings.GetRequiredString("client_id"),
            new Secret(settings.GetRequiredString("client_secret"))
        )
        {
            WithDetails = settings.GetBoolean("fetch_past_meeting_details", false),
            RecordingMonths = RestFields.Number(settings, "recording_age", 0, 0, 120),
            Retries = RestFields.Number(settings, "retry_count", 3, 0, 10),
        };
}
