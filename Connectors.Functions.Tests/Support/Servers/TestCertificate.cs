using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Connectors.Tests.Support.Servers;

/// <summary>A certificate for 127.0.0.1 that is its own authority.</summary>
internal static class TestCertificate
{
    /// <summary>Writes <c>server.crt</c> and <c>server.key</c>, which only its owner may read.</summary>
    /// <returns>The certificate as PEM text.</returns>
    public static string Write(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true,
                hasPathLengthConstraint: false,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        using var certificate = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero)
        );
        var (pem, keyFile) = (certificate.ExportCertificatePem(), Path.Combine(folder, "server.key"));
        File.WriteAllText(Path.Combine(folder, "server.crt"), pem);
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return pem;
    }
}
