using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Gmail;

/// <summary>What a person reads of a message: the headers that matter, and its text. Attachments are left out.</summary>
internal static class MessageText
{
    private static readonly string[] Headers = ["Subject", "From", "To", "Cc", "Bcc", "Reply-To", "Date", "Message-ID"];

    /// <summary>The text of a message in the format <c>full</c>, as UTF-8.</summary>
    public static byte[] Of(JsonElement message)
    {
        var text = new StringBuilder();
        foreach (var name in Headers)
        {
            foreach (var header in message.Items("payload", "headers"))
            {
                if (name.Equals(header.Text("name"), StringComparison.OrdinalIgnoreCase))
                {
                    text.Append(name).Append(": ").Append(header.Text("value")).Append('\n');
                }
            }
        }

        text.Append('\n');
        if (message.Find("payload") is { } payload)
        {
            text.Append(TextIn(payload, "text/plain") ?? (TextIn(payload, "text/html") is { } html ? HtmlText.Of(html) : string.Empty));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Bytes that Gmail writes in the alphabet for URLs, with or without padding.</summary>
    public static byte[] Decode(string text) => Base64Url.DecodeFromChars(text.AsSpan().TrimEnd('='));

    /// <summary>The first text of a kind that is no attachment: those have a file name.</summary>
    private static string? TextIn(JsonElement part, string type)
    {
        if (part.Text("filename") is not null)
        {
            return null;
        }

        if (part.Text("mimeType") == type && part.Text("body", "data") is { } data)
        {
            return Encoding.UTF8.GetString(Decode(data));
        }

        foreach (var inner in part.Items("parts"))
        {
            if (TextIn(inner, type) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
