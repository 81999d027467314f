using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Cli.Input;
using Connectors.Sync.Configuration;
using Connectors.Sync.Configuration.Loading;
using Connectors.Sync.Elasticsearch;
using Microsoft.Extensions.Logging;

namespace Connectors.Cli.Init;

/// <summary>Finds out how to reach Elasticsearch, and tries it.</summary>
/// <param name="options">What is known already.</param>
/// <param name="environment">The world outside.</param>
/// <param name="ask">Asks; <see langword="null"/> when nobody can be asked.</param>
/// <param name="loggerFactory">The log.</param>
internal sealed class ElasticsearchStep(InitOptions options, CliEnvironment environment, Prompts? ask, ILoggerFactory loggerFactory)
{
    private const string HostVariable = "ELASTICSEARCH_HOST";
    private const string KeyVariable = CredentialPrompts.KeyVariable;
    private const string PasswordVariable = CredentialPrompts.PasswordVariable;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    // What was typed for a variable that is not set yet: it counts for this run.
    private readonly Dictionary<string, string> _variables = new(environment.Variables, StringComparer.Ordinal);

    private CredentialPrompts? _credentials;

    /// <summary>Variables that the file refers to and that are not set.</summary>
    public IReadOnlyList<string> ToBeSet => [.. _variables.Keys.Where(name => !environment.Variables.ContainsKey(name))];

    /// <summary>What is missing when nobody can be asked, as options.</summary>
    public IEnumerable<string> Missing()
    {
        if (Host is null)
        {
            yield return "--host URL";
        }

        if (!HasCredentials)
        {
            yield return $"--api-key @env:{KeyVariable} (or --username with --password, or --no-credentials)";
        }
        else if (options.Username is not null && options.Password is null)
        {
            yield return $"--password @env:{PasswordVariable}";
        }
    }

    /// <summary>Asks and tries until it works.</summary>
    /// <returns>The draft, what it comes to, and a connection; the caller disposes that.</returns>
    /// <exception cref="CliException">It does not work and nobody can be asked, or whoever was asked gave up.</exception>
    public async Task<(ConfigDraft Draft, ServiceConfiguration Configuration, ElasticsearchGateway Gateway)> RunAsync(
        CancellationToken cancellationToken
    )
    {
        var draft = new ConfigDraft
        {
            Host = Host ?? "http://127.0.0.1:9200",
            CaCerts = options.CaCerts,
            Fingerprint = options.Fingerprint,
        };
        draft = Host is null ? await ReachAsync(draft with { Host = await AskHostAsync(draft.Host) }, cancellationToken) : draft;
        draft = HasCredentials ? FromOptions(draft) : await Credentials.AskAsync(draft);
        while (true)
        {
            var (configuration, gateway, problem, mayGoOn) = await TryAsync(draft, cancellationToken);
            if (problem is null)
            {
                return (draft, configuration!, gateway!);
            }

            if (ask is null)
            {
                gateway?.Dispose();
                throw new CliException(
                    mayGoOn ? ExitCode.Failed
                        : configuration is null ? ExitCode.Usage
                        : ExitCode.Elasticsearch,
                    problem
                );
            }

            ask.SayProblem(problem);
            string[] choices = ["The address", "The credentials", "The certificate", "Nothing: stop", "Nothing: continue anyway"];
            switch (await ask.ChooseAsync("What should be changed?", mayGoOn ? choices : choices[..4]))
            {
                case 0:
                    draft = await ReachAsync(draft with { Host = await AskHostAsync(draft.Host) }, cancellationToken);
                    break;
                case 1:
                    draft = await Credentials.AskAsync(draft);
                    break;
                case 2:
                    draft = await AskCertificateAsync(draft);
                    break;
                case 4:
                    return (draft, configuration!, gateway!);
                default:
                    gateway?.Dispose();
                    throw new CliException(ExitCode.Elasticsearch, "Nothing was written.");
            }

            gateway?.Dispose();
        }
    }

    private CredentialPrompts Credentials => _credentials ??= new CredentialPrompts(ask!, _variables, options.Username);

    private SettingWords Words => ask is null ? SettingWords.Options : SettingWords.Answers;

    private string? Host => options.Host ?? environment.Variables.GetValueOrDefault(HostVariable);

    private bool HasKeyVariable => environment.Variables.GetValueOrDefault(KeyVariable) is { Length: > 0 };

    private bool HasCredentials => options.NoCredentials || options.ApiKey is not null || options.Username is not null || HasKeyVariable;

    private ConfigDraft FromOptions(ConfigDraft draft) =>
        options switch
        {
            { NoCredentials: true } => draft,
            { ApiKey: { } key } => draft with { ApiKey = InFile("--api-key", key) },
            { Username: { } user } => draft with
            {
                Username = ConfigDraft.Literal(user),
                Password = InFile("--password", options.Password ?? $"{IndirectValue.EnvironmentPrefix}{PasswordVariable}"),
            },
            _ => draft with { ApiKey = ConfigDraft.Reference(KeyVariable) },
        };

    /// <summary>A secret as it stands in the file: that of the environment is only referred to.</summary>
    private string InFile(string option, string value)
    {
        var secret = IndirectValue.Read(option, value, environment);
        if (IndirectValue.IsPlain(value))
        {
            environment.Error.WriteLine(
                $"notice: {option} is a secret, and others may see it in the list of processes. Write {option} @FILE, @- or @env:NAME "
                    + "instead."
            );
        }

        return value.StartsWith(IndirectValue.EnvironmentPrefix, StringComparison.Ordinal)
            ? ConfigDraft.Reference(value[IndirectValue.EnvironmentPrefix.Length..])
            : ConfigDraft.Literal(secret);
    }

    private Task<string> AskHostAsync(string byDefault) =>
        ask!.TextAsync("Address of Elasticsearch", byDefault, problemOf: answer =>
            Uri.TryCreate(answer, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? null
                : "Write it with scheme and port: https://elasticsearch.example:9200."
        );

    /// <summary>Tries an address before anything else is asked, until something answers there.</summary>
    private async Task<ConfigDraft> ReachAsync(ConfigDraft draft, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (configuration, problem) = Read(draft with { ApiKey = null, Username = null, Password = null });
            if (configuration is not null)
            {
                try
                {
                    using var gateway = Gateway(configuration);
                    await gateway.ReachAsync(cancellationToken);
                    return draft;
                }
                catch (ConnectorException failure)
                {
                    problem = Words.InText(failure.Message);
                }
            }

            ask!.SayProblem(problem!);
            switch (await ask.ChooseAsync("What should be changed?", ["The address", "The certificate", "Nothing: stop"]))
            {
                case 0:
                    draft = draft with { Host = await AskHostAsync(draft.Host) };
                    break;
                case 1:
                    draft = await AskCertificateAsync(draft);
                    break;
                default:
                    throw new CliException(ExitCode.Elasticsearch, "Nothing was written.");
            }
        }
    }

    private async Task<ConfigDraft> AskCertificateAsync(ConfigDraft draft)
    {
        var answer = await ask!.TextAsync(
            "PEM file with the certificate authority, or its SHA-256 fingerprint; - for neither",
            draft.CaCerts ?? draft.Fingerprint ?? "-"
        );
        var isFingerprint = answer.Replace(":", "", StringComparison.Ordinal) is { Length: 64 } digits && digits.All(char.IsAsciiHexDigit);
        return draft with { CaCerts = answer == "-" || isFingerprint ? null : answer, Fingerprint = isFingerprint ? answer : null };
    }

    /// <summary>Tries what the file would say.</summary>
    private async Task<(ServiceConfiguration? Configuration, ElasticsearchGateway? Gateway, string? Problem, bool MayGoOn)> TryAsync(
        ConfigDraft draft,
        CancellationToken cancellationToken
    )
    {
        var (configuration, unreadable) = Read(draft);
        if (configuration is null)
        {
            return (null, null, unreadable, false);
        }

        ElasticsearchGateway? gateway = null;
        try
        {
            gateway = Gateway(configuration);
            var info = await gateway.ConnectAsync(cancellationToken);
            ask?.Say($"Elasticsearch {info.Version?.ToString() ?? ""}, cluster '{info.ClusterName}', answers.");
            var missing = await gateway.Checkup.MissingPrivilegesAsync([], cancellationToken) ?? [];
            return missing.Count == 0
                ? (configuration, gateway, null, true)
                : (
                    configuration,
                    gateway,
                    $"The credentials lack: {string.Join(", ", missing)}. docs/security.md has a role to copy.",
                    true
                );
        }
        catch (ConnectorException failure)
        {
            gateway?.Dispose();
            return (configuration, null, Words.InText(failure.Message), false);
        }
    }

    /// <summary>What the file would come to, or what is wrong with it.</summary>
    private (ServiceConfiguration? Configuration, string? Problem) Read(ConfigDraft draft)
    {
        var outcome = ServiceConfigurationReader.Read(
            Path.GetFileName(options.File),
            Path.GetDirectoryName(Path.GetFullPath(options.File))!,
            draft.Render(null, null),
            _variables,
            HostSources.Classes
        );
        return (outcome.Configuration, string.Join(' ', outcome.Problems.Select(Words.Of)));
    }

    private ElasticsearchGateway Gateway(ServiceConfiguration configuration) =>
        new(
            configuration.Elasticsearch with
            {
                MaxWaitDuration =
                    configuration.Elasticsearch.MaxWaitDuration < LongestWait ? configuration.Elasticsearch.MaxWaitDuration : LongestWait,
            },
            environment.TimeProvider,
            new Random(),
            loggerFactory
        );
}
