namespace Connectors.Cli.Init;

/// <summary>Asks how the service logs in.</summary>
/// <param name="ask">Asks.</param>
/// <param name="variables">The environment; a secret that is to be kept there is added for this run.</param>
/// <param name="user">The user, when it is known already.</param>
internal sealed class CredentialPrompts(Prompts ask, Dictionary<string, string> variables, string? user)
{
    /// <summary>The variable for an API key.</summary>
    public const string KeyVariable = "ELASTICSEARCH_API_KEY";

    /// <summary>The variable for a password.</summary>
    public const string PasswordVariable = "ELASTICSEARCH_PASSWORD";

    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal);
    private string _user = user ?? "elastic";

    /// <summary>Asks; what was answered before is the default.</summary>
    public async Task<ConfigDraft> AskAsync(ConfigDraft draft)
    {
        var before = draft.Username is not null ? 1 : 0;
        draft = draft with { ApiKey = null, Username = null, Password = null };
        switch (
            await ask.ChooseAsync(
                "How does the service log in?",
                ["With an API key", "With user and password", "Without credentials: security is off, or it is the emulator"],
                before
            )
        )
        {
            case 0:
                return draft with { ApiKey = await AskSecretAsync("API key, in its encoded form", KeyVariable) };
            case 1:
                _user = await ask.TextAsync("User", _user);
                return draft with { Username = ConfigDraft.Literal(_user), Password = await AskSecretAsync("Password", PasswordVariable) };
            default:
                return draft;
        }
    }

    private async Task<string> AskSecretAsync(string question, string variable)
    {
        var secret = await ask.TextAsync(question, _secrets.GetValueOrDefault(variable), isSecret: true);
        _secrets[variable] = secret;
        if (
            await ask.ChooseAsync(
                "Where is it kept?",
                ["In the file, which then only you can read", $"In the environment variable {variable}, which you set yourself"],
                variables.ContainsKey(variable) ? 1 : 0
            ) == 0
        )
        {
            variables.Remove(variable);
            return ConfigDraft.Literal(secret);
        }

        variables[variable] = secret;
        return ConfigDraft.Reference(variable);
    }
}
