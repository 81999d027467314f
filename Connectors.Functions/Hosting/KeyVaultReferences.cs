using System.Text.RegularExpressions;

namespace Connectors.Functions.Hosting;

/// <summary>App settings that stand for a secret of a Key Vault. Azure puts the secret in their place; when it can't, the app gets the
/// reference itself.</summary>
internal static partial class KeyVaultReferences
{
    private const string Start = "@Microsoft.KeyVault(";

    /// <summary>Whether a value still is a reference.</summary>
    public static bool IsReference(string value) => value.StartsWith(Start, StringComparison.OrdinalIgnoreCase);

    /// <summary>A sentence for every setting that still is a reference, with the secret's name and the way out.</summary>
    public static IEnumerable<string> Unresolved(IReadOnlyDictionary<string, string> variables) =>
        variables
            .Where(variable => IsReference(variable.Value))
            .OrderBy(variable => variable.Key, StringComparer.Ordinal)
            .Select(variable =>
                $"{variable.Key}: Azure could not read {Secret(variable.Value)}. See that the secret exists, that the app's identity has "
                + "the role "
                + "Key Vault Secrets User on the vault and that the app can reach it; then refresh the references (docs/deploy.md, "
                + "Secrets)."
            );

    private static string Secret(string reference)
    {
        var match = Address().Match(reference) is { Success: true } address ? address : Names().Match(reference);
        return match.Success
            ? $"the secret {match.Groups["secret"].Value} of the Key Vault {match.Groups["vault"].Value}"
            : "the secret, because the reference names none";
    }

    [GeneratedRegex(
        @"SecretUri=https://(?<vault>[^./]+)\.[^/]+/secrets/(?<secret>[^/;)\s]+)",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Address();

    [GeneratedRegex(
        @"(?=.*VaultName=(?<vault>[^;)\s]+))(?=.*SecretName=(?<secret>[^;)\s]+))",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        1000
    )]
    private static partial Regex Names();
}
