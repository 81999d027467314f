namespace Connectors.Sources.Rest.Outlook;

/// <summary>
/// Ids of Exchange. Graph's are those of Exchange Web Services, written for addresses: two letters of Base64 differ. (Graph's own
/// translation, <c>translateExchangeIds</c> from <c>restId</c> to <c>ewsId</c>, does the same.)
/// </summary>
internal static class ExchangeId
{
    /// <summary>The id that Exchange Web Services gave the item, under which earlier connectors wrote its document.</summary>
    public static string ToEws(string id) => id.Replace('-', '/').Replace('_', '+');
}
