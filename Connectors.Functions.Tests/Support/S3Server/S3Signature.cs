using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Connectors.Tests.Support.S3Server;

/// <summary>Signature version 4 as S3 computes it: over the path as it came, which it does not normalize.</summary>
internal static class S3Signature
{
    public static bool IsRight(HttpRequest request, string target, string secret)
    {
        var fields = request
            .Headers.Authorization.ToString()
            .Replace("AWS4-HMAC-SHA256 ", "", StringComparison.Ordinal)
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .ToDictionary(part => part[0], part => part[1]);
        var scope = fields["Credential"].Split('/', 2)[1];
        var signedHeaders = fields["SignedHeaders"];
        var parts = target.Split('?', 2);
        var query = (parts.Length > 1 ? parts[1] : string.Empty)
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Contains('=', StringComparison.Ordinal) ? part : part + "=")
            .Order(StringComparer.Ordinal);
        var headers = signedHeaders.Split(';').Select(name => $"{name}:{request.Headers[name].ToString().Trim()}\n");
        var canonical =
            $"{request.Method}\n{parts[0]}\n{string.Join('&', query)}\n{string.Concat(headers)}\n{signedHeaders}\n{request.Headers["x-amz-content-sha256"]}";
        var text =
            $"AWS4-HMAC-SHA256\n{request.Headers["x-amz-date"]}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = scope
            .Split('/')
            .Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), (current, part) =>
                HMACSHA256.HashData(current, Encoding.UTF8.GetBytes(part))
            );
        return fields["Signature"] == Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }
}
