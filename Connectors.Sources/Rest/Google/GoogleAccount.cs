using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Google;

/// <summary>A service account of Google Cloud, as the JSON of its key describes it.</summary>
/// <param name="Email">Its mail address, which is its name.</param>
/// <param name="PrivateKey">Its RSA key in PEM.</param>
/// <param name="Project">The project that it belongs to; empty when the JSON does not say.</param>
internal sealed record GoogleAccount(string Email, Secret PrivateKey, string Project)
{
    /// <summary>The field of the key's JSON, under the Python service's name.</summary>
    public const string FieldName = "service_account_credentials";

    /// <summary>The field of the key's JSON.</summary>
    /// <param name="service">The service, for the label: <c>Google Drive</c>.</param>
    public static ConfigField Field(string service) =>
        new(FieldName, $"{service} service account JSON")
        {
            Display = ConfigDisplay.TextArea,
            Sensitive = true,
            Tooltip = "The whole JSON file of a service account's key, as the Google Cloud console gives it.",
        };

    /// <summary>The account in the settings.</summary>
    /// <exception cref="ConnectorException">The field holds something else.</exception>
    public static GoogleAccount From(SourceSettings settings)
    {
        try
        {
            using var json = JsonDocument.Parse(settings.GetRequiredString(FieldName));
            var key = json.RootElement;
            if (key.Text("type") == "service_account" && key.Text("client_email") is { } email && key.Text("private_key") is { } pem)
            {
                return new GoogleAccount(email, new Secret(pem), key.Text("project_id") ?? string.Empty);
            }
        }
        catch (JsonException)
        {
            // Said below: the text of the failure may repeat what stands in the field.
        }

        throw new ConnectorException(
            $"{FieldName}: not the JSON of a service account's key. Paste the whole file that the Google Cloud "
                + "console gave when the key was made."
        );
    }
}
