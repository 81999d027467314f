namespace Connectors.Cli.Help;

/// <summary>Details and examples of every command. A test parses each example.</summary>
internal static class HelpTopics
{
    private static readonly HelpTopic None = new();
    private static readonly HelpTopic Offline = new() { AsksElasticsearch = false, Failed = null };

    private static readonly Dictionary<string, HelpTopic> Topics = new(StringComparer.Ordinal)
    {
        [""] = new()
        {
            Details =
            [
                "The first time: init writes config.yml and makes the first connector, doctor checks everything, preview shows what "
                    + "would be indexed, sync runs a sync, poll serves.",
                "elastic-ingest help COMMAND, or COMMAND --help, explains a command.",
                "Results go to standard output, logs and messages to standard error. Piped output has neither colours nor live tables; "
                    + "NO_COLOR switches colours off everywhere.",
            ],
            Examples =
            [
                ("Begin", "init"),
                ("See it work, without a server", "demo"),
                ("Serve connectors", "poll -c /etc/connectors/config.yml"),
            ],
            Failed = "a sync failed or was cancelled, a check failed, or what was asked for could not be done",
            TakesTime = true,
        },
        ["init"] = new()
        {
            Details =
            [
                "On a terminal it asks for missing values and repeats a question after a wrong answer. Without a terminal, or with "
                    + "--no-input, it never waits and names what is missing.",
                "An answer is tried as soon as it can be: whether something responds at the address, whether the credentials have all "
                    + "required privileges, whether a folder exists, and with all fields whether the source responds. Advanced settings "
                    + "come last.",
                "A secret that is given as @env:NAME stays in the environment and config.yml refers to it. Any other secret is written "
                    + "into config.yml, which is then readable only by you.",
            ],
            Examples =
            [
                ("Be asked", "init"),
                (
                    "From a script, with the key in the environment",
                    "init --host https://elasticsearch.example:9200 --api-key @env:ELASTICSEARCH_API_KEY --service-type dir --set "
                        + "directory=/srv/docs --index search-docs"
                ),
                ("Against the emulator, without a connector", "init --host http://127.0.0.1:9200 --no-credentials --no-source"),
            ],
            Failed = "Elasticsearch lacks something, the source does not answer, or the file exists",
            TakesTime = true,
        },
        ["doctor"] = new()
        {
            Details =
            [
                "It checks the configuration with the classes of your own sources, the state folder, Elasticsearch and its clock, the "
                    + "protocol's indices, privileges, each entry under connectors, and each connector's source, index, schedules and "
                    + "pipeline.",
            ],
            Examples = [("Check everything", "doctor"), ("For a script", "doctor --json")],
            Failed = "a check failed; the line below it says how to fix it",
            TakesTime = true,
        },
        ["poll"] = new()
        {
            Details =
            [
                "The first Ctrl-C or SIGTERM finishes the page in flight and suspends running syncs; the next start goes on from there. "
                    + "A second one stops at once.",
                "An entry under connectors that names no connector, or one of another service type, is warned of at the start and when "
                    + "that changes.",
            ],
            Examples =
            [
                ("Serve until stopped", "poll"),
                ("Run what is due, from a cron job", "poll --one-sync"),
                ("With a status page", "poll --ui 127.0.0.1:8080"),
            ],
            Failed = "a sync failed or was cancelled (with --one-sync), or the service ended because of errors",
            TakesTime = true,
        },
        ["sync"] = new()
        {
            Examples =
            [
                ("Sync one connector", "sync orders"),
                ("See what a sync would do", "sync orders --dry-run"),
                ("Let a sync delete what the guard held back, once", "sync orders --allow-mass-delete"),
            ],
            Failed = "the sync failed or was cancelled",
            TakesTime = true,
        },
        ["preview"] = new()
        {
            Details = ["The documents are those that the source lists first. The ingest pipeline is not applied."],
            Examples =
            [
                ("Look at ten documents", "preview orders"),
                ("At three, with all of their text", "preview orders --limit 3 --max-text 0"),
                ("Feed a script", "preview orders --limit 100 --json"),
            ],
            Failed = "the source can't be read",
            TakesTime = true,
        },
        ["connector"] = new() { Examples = [("List the connectors", "connector list"), ("All about one", "connector show orders")] },
        ["connector list"] = new() { Examples = [("List the connectors", "connector list"), ("For a script", "connector list --json")] },
        ["connector create"] = new()
        {
            Details =
            [
                "A connector without fields that its source requires is made all the same, with exit code 0; a notice says which they are "
                    + "and how to set them before its first sync.",
            ],
            Examples =
            [
                ("Mirror a folder", "connector create --service-type dir --index search-docs --set directory=/srv/docs"),
                (
                    "Mirror a collection every night at two, the password from the environment",
                    "connector create --service-type mongodb --index search-orders --set host=mongodb://db.example:27017 --set "
                        + "database=shop "
                        + "--set collection=orders --set user=reader --set password=@env:DB_PASSWORD --schedule \"0 0 2 * * ?\""
                ),
            ],
        },
        ["connector show"] = new() { Examples = [("All about one", "connector show orders")] },
        ["connector edit"] = new()
        {
            Details =
            [
                "A running sync goes on with the settings that it began with. What somebody else changes in Kibana at the same time is "
                    + "not lost.",
            ],
            Examples =
            [
                (
                    "Another host, and a new password from standard input",
                    "connector edit orders --set host=mongodb://db2.example:27017 --set password=@-"
                ),
                ("Sync every hour", "connector edit orders --schedule-full \"0 0 * * * ?\""),
                ("No schedule", "connector edit orders --schedule-full off"),
                (
                    "Through a pipeline that makes text of files",
                    "connector edit docs --pipeline search-default-ingestion --extract-binary-content true"
                ),
            ],
        },
        ["connector delete"] = new()
        {
            Details =
            [
                "Waiting and running syncs of the connector are cancelled first. With --index the command waits until they have ended.",
            ],
            Examples =
            [
                ("Ask, then delete", "connector delete orders"),
                ("From a script, with its index", "connector delete orders --index search-orders --yes"),
            ],
            Failed = "nothing was deleted, or not all; the message says what",
            TakesTime = true,
        },
        ["job"] = new()
        {
            Examples = [("What ran", "job list"), ("Follow one", "job tail xK2f-4gBnq0"), ("Cancel one", "job cancel xK2f-4gBnq0")],
        },
        ["job list"] = new()
        {
            Examples =
            [
                ("The newest", "job list"),
                ("Show the failed jobs of one connector", "job list --connector orders --status error --limit 5"),
                ("Show waiting and running jobs", "job list --status unfinished"),
            ],
        },
        ["job show"] = new() { Examples = [("Counts and rejected documents", "job show xK2f-4gBnq0")] },
        ["job cancel"] = new() { Examples = [("Cancel one", "job cancel xK2f-4gBnq0")], Failed = "the job is over already" },
        ["job tail"] = new()
        {
            Examples = [("Follow one to its end", "job tail xK2f-4gBnq0")],
            Failed = "the job failed or was cancelled",
            TakesTime = true,
        },
        ["source"] = Offline with
        {
            Examples = [("List the sources", "source list"), ("Show the fields of one source", "source show mongodb")],
        },
        ["source list"] = Offline with { Examples = [("List the sources", "source list")] },
        ["source show"] = Offline with
        {
            Examples = [("Show its fields", "source show mongodb"), ("For a script", "source show mongodb --json")],
        },
        ["list"] = new() { Examples = [("Connectors and sources", "list"), ("Only connectors", "list connectors")] },
        ["config"] = Offline with { Examples = [("The document's configuration", "config mongodb")] },
        ["cleanup"] = new() { Examples = [("Once", "cleanup")] },
        ["completion"] = Offline with
        {
            Examples =
            [
                ("bash; the line for ~/.bashrc is: eval \"$(elastic-ingest completion bash)\"", "completion bash"),
                ("zsh", "completion zsh"),
                ("PowerShell", "completion pwsh"),
            ],
            ReadsConfiguration = false,
        },
        ["emulator"] = new()
        {
            Examples =
            [
                ("On the usual port", "emulator"),
                ("On a free port, keeping what it holds", "emulator --port 0 --data emulator-data"),
            ],
            Failed = "the port is taken, or the folder can't be used",
            ReadsConfiguration = false,
            AsksElasticsearch = false,
        },
        ["demo"] = new()
        {
            Examples = [("See it work", "demo")],
            ReadsConfiguration = false,
            AsksElasticsearch = false,
            TakesTime = true,
        },
    };

    /// <summary>The commands that have a topic.</summary>
    public static IReadOnlyCollection<string> Paths => Topics.Keys;

    /// <summary>What there is to say about a command.</summary>
    /// <param name="path">The words that lead to it, without the program's name.</param>
    public static HelpTopic Of(string path) => Topics.GetValueOrDefault(path, None);
}
