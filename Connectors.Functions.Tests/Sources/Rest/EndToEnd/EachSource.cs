using Connectors.Tests.Sources.Rest.Box;
using Connectors.Tests.Sources.Rest.Confluence;
using Connectors.Tests.Sources.Rest.Dropbox;
using Connectors.Tests.Sources.Rest.GitHub;
using Connectors.Tests.Sources.Rest.GitLab;
using Connectors.Tests.Sources.Rest.Gmail;
using Connectors.Tests.Sources.Rest.GoogleCloudStorage;
using Connectors.Tests.Sources.Rest.GoogleDrive;
using Connectors.Tests.Sources.Rest.GraphQL;
using Connectors.Tests.Sources.Rest.Jira;
using Connectors.Tests.Sources.Rest.MicrosoftTeams;
using Connectors.Tests.Sources.Rest.Notion;
using Connectors.Tests.Sources.Rest.OneDrive;
using Connectors.Tests.Sources.Rest.Outlook;
using Connectors.Tests.Sources.Rest.Replay;
using Connectors.Tests.Sources.Rest.Salesforce;
using Connectors.Tests.Sources.Rest.Sandfly;
using Connectors.Tests.Sources.Rest.ServiceNow;
using Connectors.Tests.Sources.Rest.SharePointOnline;
using Connectors.Tests.Sources.Rest.SharePointServer;
using Connectors.Tests.Sources.Rest.Slack;
using Connectors.Tests.Sources.Rest.Zoom;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>The replays of the sources on the base, by service type.</summary>
internal static class EachSource
{
    private static readonly Dictionary<string, Func<ReplaySource>> Sources = new(StringComparer.Ordinal)
    {
        ["box"] = () => BoxReplay.Source,
        ["confluence"] = () => ConfluenceReplay.Source,
        ["dropbox"] = () =>
            DropboxReplay.Source.With(request =>
                request.Url.AbsolutePath.EndsWith("/get_latest_cursor", StringComparison.Ordinal)
                    ? GeneratedItems.Answer("""{"cursor": "newest"}""")
                    : null
            ),
        ["github"] = () => GitHubReplay.Source,
        ["gitlab"] = () => GitLabReplay.WithoutGaps,
        ["gmail"] = () => GmailReplay.Source,
        ["google_cloud_storage"] = () => GoogleCloudStorageReplay.Source,
        ["google_drive"] = () => GoogleDriveReplay.Source,
        ["graphql"] = () => GraphQLReplay.Source,
        ["jira"] = () => JiraReplay.Source,
        ["microsoft_teams"] = () => TeamsReplay.Source,
        ["notion"] = () => NotionReplay.Source,
        ["onedrive"] = () => OneDriveReplay.Source,
        ["outlook"] = () => OutlookReplay.Source,
        ["salesforce"] = () => SalesforceReplay.Source,
        ["sandfly"] = () =>
            SandflyReplay.Source.With(request =>
                request.Url.AbsolutePath.EndsWith("/results", StringComparison.Ordinal) && (int?)request.Body?["size"] == 1
                    ? GeneratedItems.Answer("""{"total": 0, "data": []}""")
                    : null
            ),
        ["servicenow"] = () => ServiceNowReplay.Source,
        ["sharepoint_online"] = () => SharePointReplay.Source,
        ["sharepoint_server"] = () => SharePointServerReplay.Source,
        ["slack"] = () => SlackReplay.Source,
        ["zoom"] = () => ZoomReplay.Source,
    };

    /// <summary>Their service types.</summary>
    public static IReadOnlyCollection<string> Names => Sources.Keys;

    /// <summary>The replay of a source.</summary>
    public static ReplaySource Of(string serviceType) => Sources[serviceType]();
}
