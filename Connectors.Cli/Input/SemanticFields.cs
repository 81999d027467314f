using System.CommandLine;
using Connectors.Abstractions;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Elasticsearch.Indices;

namespace Connectors.Cli.Input;

/// <summary>Fields that are to be searched by meaning, as they are given on the command line or at a prompt.</summary>
internal static class SemanticFields
{
    /// <summary>The option <c>--semantic-text FIELD[=INFERENCE_ID]</c>, which may be repeated.</summary>
    public static Option<string[]> CreateOption()
    {
        var option = new Option<string[]>("--semantic-text")
        {
            Description =
                "Search a field by meaning: map it so that it is copied to a semantic_text field, FIELD_semantic. Default endpoint: "
                + "Elasticsearch's. Repeat it for further fields.",
            HelpName = "FIELD[=INFERENCE_ID]",
            Arity = ArgumentArity.OneOrMore,
        };
        option.Validators.Add(result =>
        {
            foreach (var problem in result.Tokens.Select(token => ProblemOf(token.Value)).OfType<string>())
            {
                result.AddError($"--semantic-text: {problem}");
            }
        });
        return option;
    }

    /// <summary>Reads several, separated by commas or blanks.</summary>
    /// <exception cref="ConnectorException">One is none.</exception>
    public static IReadOnlyList<SemanticField> Parse(string text) =>
        [.. text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(SemanticField.Parse)];

    /// <summary>What is wrong with an answer; <see langword="null"/> when nothing is.</summary>
    public static string? ProblemOf(string text)
    {
        try
        {
            _ = Parse(text);
            return null;
        }
        catch (ConnectorException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Makes the index where it is missing, and maps the fields.</summary>
    /// <exception cref="ConnectorException">Elasticsearch refuses.</exception>
    public static async Task MapAsync(
        ElasticsearchGateway gateway,
        string index,
        IReadOnlyList<SemanticField> fields,
        CancellationToken cancellationToken
    )
    {
        if (fields.Count > 0)
        {
            await gateway.Content.PrepareAsync(index, cancellationToken);
            await gateway.Semantic.AddAsync(index, fields, cancellationToken);
        }
    }
}
