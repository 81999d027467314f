using System.Buffers;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;

namespace Connectors.Emulator.Connectors;

/// <summary>Which index a connector may have.</summary>
internal static class IndexAttachment
{
    private const string NativePrefix = "content-";
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(" \"*,/<>?\\|");

    /// <exception cref="ElasticErrorException">400: the name is not allowed.</exception>
    public static void Check(string index, bool isNative)
    {
        if (index.AsSpan().ContainsAny(Forbidden))
        {
            throw Invalid(
                    index,
                    $"Invalid index name [{index}], must not contain the following characters [' ','\"','*',',','/','<','>','?','\\','|']"
                )
                .Thrown();
        }

        try
        {
            IndexNames.Check(index);
        }
        catch (ElasticErrorException exception)
        {
            throw Invalid(index, exception.Error.Reason).Thrown();
        }

        if (isNative && !index.StartsWith(NativePrefix, StringComparison.Ordinal))
        {
            throw ElasticErrors
                .Validation(
                    $"Index [{index}] is invalid. Index attached to an Elastic-managed connector must start with the prefix: "
                        + $"[{NativePrefix}]"
                )
                .Thrown();
        }
    }

    /// <exception cref="ElasticErrorException">400: another connector has it.</exception>
    public static void CheckFree(string index, string connectorId, ProtocolDocuments connectors)
    {
        if (
            connectors
                .All()
                .Any(other =>
                    other.Id != connectorId
                    && Json.Text(other.Source["deleted"]) != "true"
                    && Json.Text(other.Source["index_name"]) == index
                )
        )
        {
            throw ProtocolErrors.Refused($"Index name [{index}] is used by another connector.").Thrown();
        }
    }

    private static ElasticError Invalid(string index, string reason) =>
        ElasticErrors.Validation($"[{index}] org.elasticsearch.indices.InvalidIndexNameException: {reason}");
}
