using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;

namespace Connectors.Sources.Databases.Sql.MsSql;

/// <summary>The fields of an <c>mssql</c> connector, and what was entered in them. Those of the sign-in by Entra ID are ours, the others
/// have the Python service's names.</summary>
internal sealed class MsSqlConfiguration : SqlConfiguration
{
    public const string ClientSecretField = "client_secret";
    private const string UserField = "username";
    private const string SchemaField = "schema";
    private const string ValidateHostField = "validate_host";
    private const string SignInField = "auth_method";
    private const string TenantField = "tenant_id";
    private const string ClientField = "client_id";
    private const string IdentityField = "identity_client_id";
    private const string ByPassword = "password";
    private const string BySecret = "secret";
    private const string ByIdentity = "managed_identity";
    private const string DefaultSchema = "dbo";
    private const int DefaultPort = 1433;

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public MsSqlConfiguration(SourceSettings settings)
        : base(settings, UserField, DefaultPort, SignInOf(settings) == ByPassword)
    {
        Schema = settings.GetString(SchemaField).Trim() is { Length: > 0 } schema ? schema : DefaultSchema;
        ValidatesHost = settings.GetBoolean(ValidateHostField, fallback: true);
        if (Host.AsSpan().IndexOfAny('\\', ',') >= 0)
        {
            throw new ConnectorException(
                $"{SqlFields.Host}: takes the server's name only. Enter the port of the named instance in the field {SqlFields.Port}."
            );
        }

        Entra = SignInOf(settings) switch
        {
            BySecret => new MsSqlEntra(
                settings.GetRequiredString(TenantField),
                settings.GetRequiredString(ClientField),
                settings.GetSecret(ClientSecretField)
                    ?? throw new ConnectorException($"{ClientSecretField}: required, but empty. Enter the secret's value.")
            ),
            ByIdentity => new MsSqlEntra(null, settings.GetString(IdentityField).Trim() is { Length: > 0 } id ? id : null, null),
            _ => null,
        };
        if (Entra is not null && !(SslEnabled && ValidatesHost))
        {
            throw new ConnectorException(
                $"{SignInField}: a token goes to a server only whose certificate was checked. Set {SqlFields.SslEnabled} and "
                    + $"{ValidateHostField}."
            );
        }
    }

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        .. SqlFields
            .All(
                UserField,
                DefaultPort,
                new ConfigField(SchemaField, "Schema") { DefaultValue = DefaultSchema, Tooltip = "The schema of the tables." }
            )
            .SelectMany(WithOwn),
    ];

    public string Schema { get; }

    /// <summary>Whether the server's certificate has to be made for the name in the field <c>host</c>.</summary>
    public bool ValidatesHost { get; }

    /// <summary>Who signs in by Entra ID; <see langword="null"/> when a user of the server does.</summary>
    public MsSqlEntra? Entra { get; }

    private static string SignInOf(SourceSettings settings) => settings.GetChoice(SignInField, ByPassword, BySecret, ByIdentity);

    private static IEnumerable<ConfigField> WithOwn(ConfigField field) =>
        field.Name switch
        {
            UserField => [SignIn(), field with { DependsOn = [When(ByPassword)] }],
            SqlFields.Password =>
            [
                field with
                {
                    DependsOn = [When(ByPassword)],
                },
                new(TenantField, "Directory (tenant) ID")
                {
                    DependsOn = [When(BySecret)],
                    Tooltip = "Id of the tenant that the app is registered in, or its domain.",
                },
                new(ClientField, "Application (client) ID")
                {
                    DependsOn = [When(BySecret)],
                    Tooltip = "Id of the app registration in Microsoft Entra ID.",
                },
                new(ClientSecretField, "Client secret")
                {
                    Sensitive = true,
                    DependsOn = [When(BySecret)],
                    Tooltip = "The secret's value, not its id.",
                },
                new(IdentityField, "Client ID of the managed identity")
                {
                    Required = false,
                    DependsOn = [When(ByIdentity)],
                    Tooltip = "That of a user-assigned identity. Leave empty for the system-assigned one.",
                },
            ],
            SqlFields.SslCa =>
            [
                field,
                CommonFields.Toggle(
                    ValidateHostField,
                    "Validate host",
                    "Check that the server's certificate is made for the name in the field host.",
                    isOn: true
                ) with
                {
                    DependsOn = [new ConfigDependency(SqlFields.SslEnabled, true)],
                },
            ],
            _ => [field],
        };

    private static ConfigField SignIn() =>
        new(SignInField, "Sign in by")
        {
            Display = ConfigDisplay.DropDown,
            InitialValue = ByPassword,
            DefaultValue = ByPassword,
            Options =
            [
                new("Username and password", ByPassword),
                new("Microsoft Entra ID, client secret", BySecret),
                new("Microsoft Entra ID, managed identity", ByIdentity),
            ],
            Tooltip = "A login of the server, or an app or a managed identity that is a user of the database.",
            ShapesDocuments = false,
        };

    private static ConfigDependency When(string signIn) => new(SignInField, signIn);
}

/// <summary>Who signs in by Microsoft Entra ID.</summary>
/// <param name="Tenant">The tenant of an app; <see langword="null"/> for a managed identity.</param>
/// <param name="ClientId">The app, or the user-assigned identity; <see langword="null"/> for the system-assigned one.</param>
/// <param name="Secret">The app's secret.</param>
internal sealed record MsSqlEntra(string? Tenant, string? ClientId, Secret? Secret);
