using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Security;

/// <summary>Everything that syncs leave behind, to be searched for a marked secret: what was printed and logged, answers, telemetry, files,
/// and all documents of Elasticsearch.</summary>
internal sealed class LeftBehind : IDisposable
{
    /// <summary>The secret. It is Base64, as some keys have to be, and too long to pass for a word.</summary>
    public const string Secret = "TTRSSzNEUzNDUjNUTTRSSzNEUzNDUjNU";

    private static readonly (string Key, string Certificate) Pair = NewPair();

    private static readonly string[] Forms =
    [
        Secret,
        Encoding.ASCII.GetString(Convert.FromBase64String(Secret)),
        Convert.ToBase64String(Encoding.ASCII.GetBytes(Secret)),
        .. ((string[])["", "x", "xx"]).Select(InBase64),
        "S3CR3T",
        Pair.Key.Split('\n')[3],
    ];
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ConcurrentQueue<(string What, string Text)> _texts = new();
    private readonly ActivityListener _listener;

    public LeftBehind()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Connectors", StringComparison.OrdinalIgnoreCase),
            // Not recorded: whether a log is sent is decided by that, in the tests of alerts that run at the same time.
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
                Add(
                    "telemetry",
                    $"{activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} "
                        + $"{string.Join(' ', activity.Events.SelectMany(item => item.Tags))}"
                ),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>A key that is a secret too, where a source takes nothing else.</summary>
    public static string PrivateKey => Pair.Key;

    /// <summary>The key as that of a service account of Google.</summary>
    public static string ServiceAccount { get; } =
        new JsonObject
        {
            ["type"] = "service_account",
            ["project_id"] = "p",
            ["client_email"] = "mirror@p.iam.gserviceaccount.com",
            ["private_key"] = Pair.Key,
        }.ToJsonString();

    /// <summary>The certificate of that key, which is none.</summary>
    public static string Certificate => Pair.Certificate;

    public void Add(string what, string text) => _texts.Enqueue((what, text));

    /// <summary>Adds every file below a folder.</summary>
    public void AddFiles(string folder)
    {
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [])
        {
            using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(content, Encoding.Latin1);
            Add($"{file}", $"{file} {reader.ReadToEnd()}");
        }
    }

    /// <summary>Adds every document; of a connector all but its configuration, which is where the user put the secret.</summary>
    public void AddDocuments(EmulatorServer elasticsearch)
    {
        foreach (var index in elasticsearch.IndexNames)
        {
            foreach (var (id, source) in elasticsearch.Documents(index))
            {
                var document = JsonNode.Parse(source)!.AsObject();
                if (index.StartsWith(".elastic-connectors-v", StringComparison.Ordinal))
                {
                    document.Remove("configuration");
                }

                Add($"{index}/{id}", $"{id} {document.ToJsonString(Plain)}");
            }
        }
    }

    /// <summary>None of it holds the secret, and there is something of each kind.</summary>
    public void HoldNoSecret(params string[] kinds)
    {
        foreach (var (what, text) in _texts)
        {
            foreach (var form in Forms)
            {
                var at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
                Assert.True(
                    at < 0,
                    at < 0 ? string.Empty : $"{what} tells the secret: ...{text[Math.Max(0, at - 200)..Math.Min(text.Length, at + 60)]}"
                );
            }
        }

        Assert.All(kinds, kind =>
            Assert.Contains(_texts, text => text.What.Contains(kind, StringComparison.Ordinal) && text.Text.Length > 0)
        );
    }

    public void Dispose() => _listener.Dispose();

    // As it stands in the middle of something longer: the basic sign-in holds a name before it.
    private static string InBase64(string before) => Convert.ToBase64String(Encoding.ASCII.GetBytes(before + Secret))[4..^4];

    private static (string Key, string Certificate) NewPair()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest(
            "CN=marked",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        ).CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return (key.ExportPkcs8PrivateKeyPem(), certificate.ExportCertificatePem());
    }
}
