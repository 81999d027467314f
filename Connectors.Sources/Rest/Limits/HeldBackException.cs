using System.Net;

namespace Connectors.Sources.Rest.Limits;

/// <summary>
/// The cause of a request that was not sent, because its host asks to be left alone for too long. Whoever asks for its status gets the one
/// by which a host asks for that.
/// </summary>
internal sealed class HeldBackException()
    : HttpRequestException(HttpRequestError.Unknown, "held back", inner: null, HttpStatusCode.TooManyRequests);
