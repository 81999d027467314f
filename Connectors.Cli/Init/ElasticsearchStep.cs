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
    private const string KeyVariable = "ELASTICSEARCH_API_KEY";
    private const string PasswordVariable = "ELASTICSEARCH_PASSWORD";
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    // What was typed for a variable that is not set yet: it counts for this run.
    private readonly Dictionary<string, string> _variables = new(environment.Variables, StringComparer.Ordinal);

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
            Host = Host ?? await AskHostAsync("http://127.0.0.1:9200"),
            CaCerts = options.CaCerts,
            Fingerprint = options.Fingerprint,
        };
        draft = HasCredentials ? FromOptions(draft) : await AskCredentialsAsync(draft);
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
                    draft = draft with { Host = await AskHostAsync(draft.Host) };
                    break;
                case 1:
                    draft = await AskCredentialsAsync(draft);
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

    private async Task<ConfigDraft> AskCredentialsAsync(ConfigDraft draft)
    {
        draft = draft with { ApiKey = null, Username = null, Password = null };
        switch (
            await ask!.ChooseAsync(
                "How does the service log in?",
                ["With an API key", "With user and password", "Without credentials (security is off, or the emulator)"]
            )
        )
        {
            case 0:
                return draft with { ApiKey = await AskSecretAsync("API key, in its encoded form", KeyVariable) };
            case 1:
                var user = await ask.TextAsync("User", "elastic");
                return draft with { Username = ConfigDraft.Literal(user), Password = await AskSecretAsync("Password", PasswordVariable) };
            default:
                return draft;
        }
    }

    private async Task<string> AskSecretAsync(string question, string variable)
    {
        var secret = await ask!.TextAsync(question, isSecret: true);
        if (
            await ask.ChooseAsync(
                "Where is it kept?",
                ["In the file, which then only you can read", $"In the environment variable {variable}, which you set yourself"]
            ) == 0
        )
        {
            return ConfigDraft.Literal(secret);
        }

        _variables[variable] = secret;
        return ConfigDraft.Reference(variable);
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
        var folder = Path.GetDirectoryName(Path.GetFullPath(options.File))!;
        var outcome = ServiceConfigurationReader.Read(
            Path.GetFileName(options.File),
            folder,
            draft.Render(null, null),
            _variables,
            HostSources.Classes
        );
        if (outcome.Configuration is not { } configuration)
        {
            return (null, null, string.Join(' ', outcome.Problems.Select(problem => problem.ToString())), false);
        }

        ElasticsearchGateway? gateway = null;
        try
        {
            var reach = configuration.Elasticsearch;
            gateway = new ElasticsearchGateway(
                reach with
                {
                    MaxWaitDuration = reach.MaxWaitDuration < LongestWait ? reach.MaxWaitDuration : LongestWait,
                },
                environment.TimeProvider,
                new Random(),
                loggerFactory
            );
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
            return (configuration, null, failure.Message, false);
        }
    }
}
