using Connectors.Abstractions;
using Connectors.Sources.Rest.Microsoft;

namespace Connectors.Sources.Rest.Outlook;

/// <summary>The fields of an <c>outlook</c> connector, under the Python service's names.</summary>
internal sealed record OutlookConfiguration(GraphSignIn SignIn, bool HasAccessControl)
{
    private const string Cloud = "outlook_cloud";
    private const string Server = "outlook_server";

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("data_source", "Where the mailboxes are")
        {
            Display = ConfigDisplay.DropDown,
            InitialValue = Cloud,
            DefaultValue = Cloud,
            Options = [new("Exchange Online", Cloud), new("Exchange Server (can't be mirrored)", Server)],
            Tooltip = "Mailboxes of Exchange Online are read through Microsoft Graph.",
        },
        .. GraphSignIn.Fields,
        CommonFields.TextExtraction,
        AccessControl.Switch,
    ];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static OutlookConfiguration From(SourceSettings settings) =>
        settings.GetChoice("data_source", Cloud, Server) == Cloud
            ? new(GraphSignIn.From(settings), AccessControl.IsOn(settings))
            : throw new ConnectorException(
                "data_source: mailboxes of Exchange Server can't be mirrored, as Microsoft Graph does not reach them. Set outlook_cloud "
                    + "for Exchange Online."
            );
}
