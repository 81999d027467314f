using System.Text.Json;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.HttpJson;

/// <summary>An answer.</summary>
/// <param name="Address">Where it came from, after redirects.</param>
/// <param name="Document">Its body.</param>
/// <param name="Links">Its Link headers, as they came.</param>
internal sealed record HttpJsonPage(Uri Address, JsonDocument Document, IReadOnlyList<string> Links) : IDisposable
{
    /// <summary>What its Link headers call the next page; <see langword="null"/> when they name none.</summary>
    /// <exception cref="ConnectorException">A header can't be read, or what it names is no address.</exception>
    public Uri? NextLink()
    {
        // All of them are read: one that can't be might have named it.
        var next = Links.Select(LinkHeader.Next).ToList().Find(target => target is not null);
        return next is null ? null
            : Uri.TryCreate(Address, next, out var address) ? address
            : throw new ConnectorException(
                $"{Address.GetLeftPart(UriPartial.Path)}: what its Link header calls the next page is no address. Have the server "
                    + "corrected."
            );
    }

    /// <summary>A text; <see langword="null"/> when it holds half a character.</summary>
    public static string? Text(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public void Dispose() => Document.Dispose();
}
