using Connectors.Abstractions;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>Finds the objects that a connector means.</summary>
internal sealed class SalesforceChoice(SalesforceSchema schema)
{
    private const string CustomSuffix = "__c";

    /// <summary>Names of objects, standard ones first.</summary>
    /// <exception cref="ConnectorException">One of those that were named is not there, or nothing was chosen.</exception>
    public async Task<IReadOnlyList<string>> FindAsync(SalesforceConfiguration configuration, CancellationToken cancellationToken)
    {
        var objects = await schema.ObjectsAsync(cancellationToken);
        var standard = configuration.StandardObjects.Contains("*", StringComparer.Ordinal)
            ? SalesforceObject.Standard.Select(item => item.Name).Where(objects.ContainsKey)
            : configuration.StandardObjects.Select(name => Standard(name, objects));
        var custom = configuration.CustomObjects.Contains("*", StringComparer.Ordinal)
            ? objects.Where(item => item.Value && item.Key.EndsWith(CustomSuffix, StringComparison.Ordinal)).Select(item => item.Key)
            : configuration.CustomObjects.Select(name => Custom(name, objects));
        IReadOnlyList<string> names =
        [
            .. standard.Distinct(StringComparer.Ordinal),
            .. custom.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        return names.Count > 0
            ? names
            : throw new ConnectorException(
                $"standard_objects_to_sync: no object is chosen. Name some of {SalesforceConfiguration.AllStandardObjects}, or custom "
                    + "objects."
            );
    }

    private static string Standard(string name, IReadOnlyDictionary<string, bool> objects)
    {
        var known = SalesforceObject.Standard.FirstOrDefault(item => Same(item.Name, name))?.Name;
        return known is null
                ? throw new ConnectorException(
                    $"standard_objects_to_sync: '{name}' is none of {SalesforceConfiguration.AllStandardObjects}. Others can be read by a "
                        + "rule."
                )
            : objects.ContainsKey(known) ? known
            : throw new ConnectorException(
                $"standard_objects_to_sync: the user of the connected app can't read {known}. Give it read access, or take {known} out "
                    + "of the list."
            );
    }

    private static string Custom(string name, IReadOnlyDictionary<string, bool> objects)
    {
        var full = name.EndsWith(CustomSuffix, StringComparison.OrdinalIgnoreCase) ? name : name + CustomSuffix;
        return objects.Where(item => item.Value && Same(item.Key, full)).Select(item => item.Key).FirstOrDefault()
            ?? throw new ConnectorException(
                $"custom_objects_to_sync: there is no custom object '{full}' that the user of the connected app can read."
            );
    }

    private static bool Same(string item, string other) => string.Equals(item, other, StringComparison.OrdinalIgnoreCase);
}
