using System.CommandLine;
using System.CommandLine.Parsing;
using Connectors.Cli.Commands.Connectors;
using Connectors.Cli.Hosting;
using Connectors.Cli.Init;
using Connectors.Cli.Input;

namespace Connectors.Cli.Commands.Setup;

/// <summary><c>elastic-ingest init</c>: from nothing to a configuration and a first connector.</summary>
internal sealed class InitCommand
{
    private readonly Option<bool> _force = new("--force")
    {
        Description = "Replace a configuration file that is there; the old one is kept as .bak.",
    };
    private readonly Option<bool> _noInput = new("--no-input") { Description = "Never ask, not even on a terminal." };
    private readonly Option<string?> _host = new("--host")
    {
        Description = "Address of Elasticsearch. Default: ELASTICSEARCH_HOST from the environment.",
        HelpName = "URL",
    };
    private readonly Option<string?> _apiKey = new("--api-key")
    {
        Description = $"API key in its encoded form: {IndirectValue.Forms}. Default: ELASTICSEARCH_API_KEY from the environment.",
        HelpName = "KEY",
    };

    private readonly Option<string?> _username = new("--username") { Description = "User, instead of an API key.", HelpName = "NAME" };
    private readonly Option<string?> _password = new("--password")
    {
        Description = $"Password of the user: {IndirectValue.Forms}.",
        HelpName = "PASSWORD",
    };
    private readonly Option<bool> _noCredentials = new("--no-credentials")
    {
        Description = "The cluster's security is off, as with the emulator.",
    };
    private readonly Option<string?> _caCerts = new("--ca-certs")
    {
        Description = "PEM file with the certificate authorities to trust.",
        HelpName = "FILE",
    };
    private readonly Option<string?> _fingerprint = new("--fingerprint")
    {
        Description = "SHA-256 fingerprint of the certificate authority.",
        HelpName = "HEX",
    };
    private readonly Option<string?> _serviceType = new("--service-type")
    {
        Description = "The source of the first connector, as `source list` shows it.",
        HelpName = "TYPE",
    };
    private readonly Option<bool> _noSource = new("--no-source") { Description = "Make no connector." };
    private readonly Option<string[]> _set = FieldAssignments.CreateOption();
    private readonly Option<string?> _index = new("--index") { Description = "The index to fill.", HelpName = "NAME" };
    private readonly Option<string?> _name = new("--name")
    {
        Description = "The name that people see. Default: the index.",
        HelpName = "NAME",
    };
    private readonly Option<string?> _id = new("--id")
    {
        Description = "The connector's id. Default: Elasticsearch chooses one.",
        HelpName = "ID",
    };
    private readonly Option<string?> _schedule = new("--schedule")
    {
        Description = "When it syncs by itself: a Quartz cron expression with seconds, in UTC.",
        HelpName = "CRON",
    };

    private readonly Option<string[]> _semanticText = SemanticFields.CreateOption();

    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var init = new InitCommand();
        var command = new Command(
            "init",
            "Asks for what is needed, tries the answers, writes a commented config.yml and makes the first connector."
        )
        {
            init._force,
            init._noInput,
            init._host,
            init._apiKey,
            init._username,
            init._password,
            init._noCredentials,
            init._caCerts,
            init._fingerprint,
            init._serviceType,
            init._noSource,
            init._set,
            init._index,
            init._name,
            init._id,
            init._schedule,
            init._semanticText,
        };
        command.Validators.Add(result =>
        {
            var ways = Given(result, init._apiKey, init._username, init._noCredentials);
            if (ways.Count > 1)
            {
                result.AddError($"{string.Join(" and ", ways)}: there is one way to log in. Leave the others out.");
            }

            Option[] ofConnector = [init._serviceType, init._set, init._index, init._name, init._id, init._schedule, init._semanticText];
            if (result.GetValue(init._noSource) && Given(result, ofConnector) is { Count: > 0 } left)
            {
                result.AddError($"{string.Join(", ", left)}: with --no-source no connector is made. Leave one or the other out.");
            }
        });
        command.SetAction(
            (parsed, cancellationToken) =>
                new InitRun(new CommandSession(environment, global, parsed), init.Read(environment, parsed, global)).RunAsync(
                    cancellationToken
                )
        );
        return command;
    }

    private static List<string> Given(CommandResult result, params Option[] options) =>
        [.. options.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name)];

    private InitOptions Read(CliEnvironment environment, ParseResult parsed, GlobalOptions global)
    {
        if (parsed.GetValue(_schedule) is { } schedule)
        {
            ConnectorCommand.RequireCron(environment, "--schedule", schedule);
        }

        return new InitOptions
        {
            File = parsed.GetValue(global.ConfigFile) ?? "config.yml",
            Force = parsed.GetValue(_force),
            NoInput = parsed.GetValue(_noInput),
            Host = parsed.GetValue(_host),
            ApiKey = parsed.GetValue(_apiKey),
            Username = parsed.GetValue(_username),
            Password = parsed.GetValue(_password),
            NoCredentials = parsed.GetValue(_noCredentials),
            CaCerts = parsed.GetValue(_caCerts),
            Fingerprint = parsed.GetValue(_fingerprint),
            ServiceType = parsed.GetValue(_serviceType),
            NoSource = parsed.GetValue(_noSource),
            Set = parsed.GetValue(_set) ?? [],
            Index = parsed.GetValue(_index),
            Name = parsed.GetValue(_name),
            Id = parsed.GetValue(_id),
            Schedule = parsed.GetValue(_schedule),
            SemanticText = parsed.GetValue(_semanticText) is { Length: > 0 } fields ? string.Join(' ', fields) : null,
        };
    }
}
