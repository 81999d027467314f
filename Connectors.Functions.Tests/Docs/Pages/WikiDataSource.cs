using System.Runtime.CompilerServices;
using Connectors.Abstractions;

namespace Connectors.Tests.Docs.Pages;

/// <summary>The source of docs/access-control.md; a test keeps the two the same.</summary>
public sealed partial class WikiDataSource(SourceContext context) : EnumerableDataSource(context), IAccessControlSource
{
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Wiki",
            ServiceType = "wiki",
            Fields = [new ConfigField("url", "Address"), AccessControl.Switch],
            HasAccessControl = true,
        };

    public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var user in UsersAsync(cancellationToken))
        {
            yield return new AccessIdentity(user.Login, [AccessControl.User(user.Id), .. user.Groups.Select(AccessControl.Group)])
            {
                Identity = new Dictionary<string, string?> { ["username"] = user.Login, ["email"] = user.Mail },
            };
        }
    }

    protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
        SourcePartition partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var isOn = AccessControl.IsOn(Context.Settings);
        await foreach (var page in PagesAsync(cancellationToken))
        {
            yield return new SimpleDocument(page.Id, new { page.Title, page.Text }, page.Changed)
            {
                AccessControl = isOn
                    ? page.IsPublic
                        ? [AccessControl.Everyone]
                        : [.. page.Readers.Select(AccessControl.User)]
                    : null,
            };
        }
    }

    // The rest of the class: PingAsync, and UsersAsync and PagesAsync, which ask the wiki.
}
