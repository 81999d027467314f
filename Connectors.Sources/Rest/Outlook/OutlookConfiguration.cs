using Connectors.Abstractions;
using Connectors.Sources.Rest.Microsoft;

namespace Connectors.Sources.Rest.Outlook;

/// <summary>The fields of an <c>outlook</c> connector, under the Python service's names.</summary>
internal sealed record OutlookConfiguration(GraphSignIn SignIn, bool HasAccessControl)
{
    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new("data_source", "Where the mailboxes are")
        {
            Display = ConfigDisplay.DropDown,
            InitialValue = "outlook_cloud",
            DefaultValue = "outlook_cloud",
            Options = [new("Exchange Online", "outlook_cloud"), new("Exchange Server (can't be mirrored)", "outlook_server")],
            Tooltip = "Mailboxes of Exchange Online are read through Microsoft Graph.",
        },
        .. GraphSignIn.Fields,
        CommonFields.TextExtraction,
        AccessControl.Switch,
    ];

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static OutlookConfiguration From(SourceSettings settings) =>
        settings.GetString("data_source") switch
        {
            "" or "outlook_cloud" => new(GraphSignIn.From(settings), AccessControl.IsOn(settings)),
            "outlook_server" => throw new ConnectorException(
                "data_source: mailboxes of Exchange Server can't be mirrored, as Microsoft Graph does not reach them. Set outlook_cloud "
                    + "for Exchange Online."
            ),
            var other => throw new ConnectorException($"data_source: '{other}' is not known. There is outlook_cloud."),
        };
}
