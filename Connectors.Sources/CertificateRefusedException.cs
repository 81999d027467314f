using System.Security.Authentication;

namespace Connectors.Sources;

/// <summary>
/// Why a server's certificate was not taken, as a sentence with the way out. Thrown by a check of certificates, for .NET says no more of a
/// check that failed than that it did: whoever wraps it, it is found among the inner exceptions (<see cref="NetworkFailure.Find{T}"/>).
/// </summary>
/// <param name="isOfName">Whether it is for another host name: how to name the host, only the caller knows.</param>
/// <param name="message">The sentences.</param>
internal sealed class CertificateRefusedException(bool isOfName, string message) : AuthenticationException(message)
{
    public bool IsOfName => isOfName;
}
