using System.Buffers;
using System.Text;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Indices;

/// <summary>The rules for names of indices.</summary>
internal static class IndexNames
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\/*?\"<>| ,");

    /// <exception cref="ElasticErrorException">The name is not allowed.</exception>
    public static void Check(string name)
    {
        var problem = name switch
        {
            "." or ".." => "must not be '.' or '..'",
            _ when name.Any(char.IsUpper) => "must be lowercase",
            _ when name.Length == 0 || name[0] is '_' or '-' or '+' => "must not start with '_', '-', or '+'",
            _ when name.AsSpan().IndexOfAny(Forbidden) >= 0 =>
                "must not contain the following characters ['\\','/','*','?','\"','<','>','|',' ',',']",
            _ when name.Contains('#', StringComparison.Ordinal) => "must not contain '#'",
            _ when name.Contains(':', StringComparison.Ordinal) => "must not contain ':'",
            _ when Encoding.UTF8.GetByteCount(name) > 255 => $"index name is too long, ({Encoding.UTF8.GetByteCount(name)} > 255)",
            _ => null,
        };
        if (problem is not null)
        {
            throw new ElasticError(400, "invalid_index_name_exception", $"Invalid index name [{name}], {problem}")
            {
                Details = [("index_uuid", "_na_"), ("index", name)],
            }.Thrown();
        }
    }
}
