using System.Collections;
using System.Collections.Specialized;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Elastic.Transport;

public interface IRequestConfiguration;

public interface ITransportConfiguration : IRequestConfiguration, IDisposable;

public record RequestConfiguration : IRequestConfiguration
{
    public string? Accept { get; init; }

    public string? ContentType { get; init; }
}

public abstract class TransportConfigurationDescriptorBase<T> : ITransportConfiguration
    where T : TransportConfigurationDescriptorBase<T>
{
    private protected TransportConfigurationDescriptorBase(NodePool nodePool)
    {
        ArgumentNullException.ThrowIfNull(nodePool);
        Values = new TransportValues { NodePool = nodePool };
    }

    internal TransportValues Values { get; }

    public T EnableHttpCompression(bool enabled = true) => Set(values => values.Compression = enabled);

    // The slice never pings a node before its first request, so this switches off what is off already.
    public T DisablePing(bool disable = true) => Set(_ => { });

    // Nor does it keep an audit trail.
    public T DisableAuditTrail(bool b = true) => Set(_ => { });

    public T GlobalHeaders(NameValueCollection headers) => Set(values => values.Headers.Add(headers));

    public T RequestTimeout(TimeSpan timeout) => Set(values => values.RequestTimeout = timeout);

    public T CertificateFingerprint(string fingerprint) => Set(values => values.Fingerprint = fingerprint);

    public T Authentication(AuthorizationHeader header) => Set(values => values.Authentication = header);

    public T ServerCertificateValidationCallback(Func<object, X509Certificate, X509Chain, SslPolicyErrors, bool> callback) =>
        Set(values => values.ValidateCertificate = callback);

    public T UserAgent(UserAgent userAgent) => Set(values => values.UserAgent = userAgent);

    public virtual T ResponseHeadersToParse(HeadersList headersToParse) => Set(values => values.ResponseHeaders.AddRange(headersToParse));

    void IDisposable.Dispose()
    {
        Values.Client?.Dispose();
        GC.SuppressFinalize(this);
    }

    private T Set(Action<TransportValues> assign)
    {
        assign(Values);
        return (T)this;
    }
}

public readonly struct HeadersList(IEnumerable<string> headers) : IEnumerable<string>
{
    private readonly string[] _headers = [.. headers.Distinct(StringComparer.OrdinalIgnoreCase)];

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)(_headers ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

public sealed class UserAgent
{
    private readonly string _text;

    private UserAgent(string text) => _text = text;

    public static UserAgent Create(string fullUserAgentString) => new(fullUserAgentString);

    public override string ToString() => _text;
}

/// <summary>What the fluent members collect.</summary>
internal sealed class TransportValues
{
    public required NodePool NodePool { get; init; }

    public AuthorizationHeader? Authentication { get; set; }

    public bool Compression { get; set; } = true;

    public NameValueCollection Headers { get; } = [];

    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(10);

    public string? Fingerprint { get; set; }

    public Func<object, X509Certificate, X509Chain, SslPolicyErrors, bool>? ValidateCertificate { get; set; }

    public UserAgent? UserAgent { get; set; }

    public List<string> ResponseHeaders { get; } = [];

    public HttpClient? Client { get; set; }
}
