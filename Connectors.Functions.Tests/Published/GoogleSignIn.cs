using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Google;
using Connectors.Tests.Support.Processes;

namespace Connectors.Tests.Published;

/// <summary>
/// Signs in with Google within another program, which a test can't lead to a server of its own: it asks Google's only. Google's library
/// reads and writes JSON by reflection, so a trimmed program could lack what it needs.
/// </summary>
internal static class GoogleSignIn
{
    private const string KeyVariable = "CONNECTORS_TESTS_GOOGLE_KEY";
    private const string FileVariable = "CONNECTORS_TESTS_GOOGLE_FILE";

    /// <summary>Whether the environment asks for it.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable(KeyVariable) is not null;

    /// <summary>Signs in, before the program's own code begins, and writes what came of it.</summary>
    public static void Run()
    {
        var (key, file) = (Environment.GetEnvironmentVariable(KeyVariable)!, Environment.GetEnvironmentVariable(FileVariable)!);
#pragma warning disable VSTHRD002 // Nothing that it waits for needs this thread.
        File.WriteAllText(file, SignInAsync(key).GetAwaiter().GetResult());
#pragma warning restore VSTHRD002
    }

    /// <summary>Starts a program that signs in and says its version.</summary>
    /// <param name="program">The program that was published; <see langword="null"/> for the one that was built.</param>
    /// <param name="key">The JSON of the key.</param>
    /// <param name="file">Where to write what came of it.</param>
    public static ChildProcess Start(string? program, string key, string file) => new Ingest(program, key, file);

    private static async Task<string> SignInAsync(string key)
    {
        var fields = new JsonObject { [GoogleAccount.FieldName] = new JsonObject { ["value"] = key } };
        var account = GoogleAccount.From(SourceSettings.FromConfiguration(fields, [GoogleAccount.Field("Google")]));
        using var answers = new Answers();
        var (known, unknown) = (TokensOf("ann@example.org"), TokensOf("bob@example.org"));
        var token = await known.FetchAsync(CancellationToken.None);
        try
        {
            await unknown.FetchAsync(CancellationToken.None);
            return "A token for a user who is not there.";
        }
        catch (ConnectorException refused)
        {
            return $"{token.Value.Reveal()}, {token.ExpiresAt is not null}, {string.Join(' ', answers.Subjects)}, {refused.Message}";
        }

        GoogleTokens TokensOf(string user) =>
            new(new GoogleConnection(answers), account, user, "read", isPlace: false, TimeProvider.System);
    }

    /// <summary>What Google answers.</summary>
    private sealed class Answers : HttpMessageHandler
    {
        public List<string> Subjects { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var form = await request.Content!.ReadAsStringAsync(cancellationToken);
            var claims = form.Split("assertion=")[1].Split('.')[1];
            var subject = (string)JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(claims))!["sub"]!;
            Subjects.Add(subject);
            return subject == "ann@example.org"
                ? new() { Content = new StringContent("""{"access_token": "to-ke-n", "expires_in": 3599, "token_type": "Bearer"}""") }
                : new(System.Net.HttpStatusCode.BadRequest) { Content = new StringContent("""{"error": "invalid_grant"}""") };
        }
    }

    private sealed class Ingest(string? program, string key, string file)
        : ChildProcess(
            program ?? "dotnet",
            [.. program is null ? IngestProcess.Program : [], "--version"],
            [
                new("DOTNET_STARTUP_HOOKS", typeof(StartupHook).Assembly.Location),
                new(KeyVariable, key),
                new(FileVariable, file),
            ]
        );
}
