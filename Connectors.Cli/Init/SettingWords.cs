using Connectors.Sync.Configuration;

namespace Connectors.Cli.Init;

/// <summary>What a person calls a setting while there is no file yet whose line could be named.</summary>
/// <param name="ByKey">The words, by setting.</param>
internal sealed record SettingWords(IReadOnlyList<(string Key, string Word)> ByKey)
{
    /// <summary>Who gave options.</summary>
    public static SettingWords Options { get; } =
        new([
            ("elasticsearch.host", "--host"),
            ("elasticsearch.api_key", "--api-key"),
            ("elasticsearch.username", "--username"),
            ("elasticsearch.password", "--password"),
            ("elasticsearch.ca_certs", "--ca-certs"),
            ("elasticsearch.ssl_assert_fingerprint", "--fingerprint"),
        ]);

    /// <summary>Who answered questions.</summary>
    public static SettingWords Answers { get; } =
        new([
            ("elasticsearch.host", "the address"),
            ("elasticsearch.api_key", "the API key"),
            ("elasticsearch.username", "the user"),
            ("elasticsearch.password", "the password"),
            ("elasticsearch.ca_certs", "the certificate file"),
            ("elasticsearch.ssl_assert_fingerprint", "the fingerprint"),
        ]);

    /// <summary>A fault of a configuration that is no file yet.</summary>
    public string Of(ConfigProblem problem)
    {
        var word = ByKey.FirstOrDefault(pair => pair.Key == problem.Key).Word;
        return word is null ? problem.ToString() : $"{word}: {InText(problem.Message)}";
    }

    /// <summary>A sentence of the library, in these words.</summary>
    public string InText(string sentence) =>
        ByKey.Aggregate(sentence, (text, pair) => text.Replace(pair.Key, pair.Word, StringComparison.Ordinal));
}
