using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Limits;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.SignIn;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Tracker;

/// <summary>
/// The tickets of a made-up service's projects, with their comments and files. It is the example of docs/writing-a-rest-source.md, in the
/// namespace that the page prescribes: the build shows that each of its usings is needed there.
/// </summary>
public sealed class TrackerDataSource(SourceContext context) : RestChangesDataSource(context)
{
    private static readonly DocumentFields TicketFields = DocumentFields.Of(
        DocumentField.Constant("type", "Ticket"),
        DocumentField.Value("title"),
        DocumentField.Value("author", "created_by", "login"),
        DocumentField.Html("text", "description_html"),
        DocumentField.Time("created_at"),
        DocumentField.Each("labels", ["labels"], "name")
    );

    private static readonly DocumentFields FileFields = DocumentFields.AllFilled.With(DocumentField.Constant("type", "File"));

    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Tracker",
            ServiceType = "tracker",
            HasChangeFeed = true,
            Fields =
            [
                new ConfigField("url", "Address") { Tooltip = "Of the service: https://tracker.example." },
                new ConfigField("token", "Access token") { Sensitive = true },
                RestFields.Retries,
                RestFields.AllowedHosts,
            ],
        };

    public override async Task PingAsync(CancellationToken cancellationToken) =>
        (await Client.GetAsync("/api/me", cancellationToken)).Dispose();

    private protected override RestClient CreateClient()
    {
        var hosts = Context.Settings.GetList("allowed_hosts");
        var options = new RestClientOptions
        {
            Name = "Tracker",
            Address = RestFields.Address(Context.Settings, "url"),
            Signer = RequestSigner.Bearer(new Secret(Context.Settings.GetRequiredString("token"))),
            SignInHint = "Make a new token, and enter it as token.",
            PermissionHint = "Give the token's user the role of a reader.",
            Limits = [LimitRules.ResetAt("X-Limit-Reset")],
            Retries = RestFields.Number(Context.Settings, "retry_count", 3, 0, 10),
            PrivateHosts = hosts,
        };
        return new RestClient(options, Context, RestClient.CreateHttp(Context, "url", hosts));
    }

    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        var places = new List<RestPlace>();
        var paging = RestPaging.NextLink("/projects", "/next");
        await foreach (var project in Client.ListAsync(RestRequest.Get("/api/projects"), paging, cancellationToken))
        {
            places.Add(new RestPlace(project.RequiredText("A project", "key"), project.RequiredText("A project", "name")));
        }

        return places;
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace project) => StreamsOf(project, request => request);

    private IReadOnlyList<RestStream> StreamsOf(RestPlace project, Func<RestRequest, RestRequest> restrict)
    {
        var path = $"/api/projects/{Uri.EscapeDataString(project.Key)}";
        var paging = RestPaging.Cursor("/items", "/cursor", (request, cursor) => request.WithQuery("cursor", cursor));
        return
        [
            new PagedStream("tickets", Client, restrict(RestRequest.Get($"{path}/tickets?limit=100")), paging, WriteTicket),
            new PagedStream("files", Client, restrict(RestRequest.Get($"{path}/files?limit=100")), paging, WriteFile),
        ];
    }

    private protected override IReadOnlyList<RestStream> StreamsSince(RestPlace project, DateTimeOffset since)
    {
        var time = RestTime.Text(since);
        return StreamsOf(project, request => request.WithQuery("updated_since", time));
    }

    private static void WriteTicket(JsonElement ticket, StreamPage page) =>
        page.Add($"ticket-{ticket.RequiredText("A ticket", "id")}", ticket, TicketFields, RestTime.Of(ticket.Text("updated_at")));

    private void WriteFile(JsonElement file, StreamPage page)
    {
        var id = file.RequiredText("A file", "id");
        var content = new RestContent(Client, RestRequest.Get($"/api/files/{id}"), file.Text("name") ?? id, file.Number("size"));
        page.Add($"file-{id}", file, FileFields, RestTime.Of(file.Text("updated_at")), content);
    }
}
