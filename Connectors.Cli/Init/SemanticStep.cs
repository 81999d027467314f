using Connectors.Abstractions;
using Connectors.Cli.Input;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Elasticsearch.Indices;

namespace Connectors.Cli.Init;

/// <summary>Asks which fields of the documents are to be searched by meaning, and whether the index can have that.</summary>
/// <param name="options">What is known already.</param>
/// <param name="ask">Asks; <see langword="null"/> when nobody can be asked.</param>
/// <param name="gateway">Elasticsearch.</param>
internal sealed class SemanticStep(InitOptions options, Prompts? ask, ElasticsearchGateway gateway)
{
    /// <summary>Asks until it works.</summary>
    /// <returns>The fields; none when nothing is to be searched by meaning.</returns>
    /// <exception cref="CliException">It does not work and nobody can be asked.</exception>
    public async Task<IReadOnlyList<SemanticField>> RunAsync(string index, CancellationToken cancellationToken)
    {
        var given = options.SemanticText;
        while (true)
        {
            var answer = given
                ?? (
                    ask is null
                        ? string.Empty
                        : await ask.TextAsync(
                            "Fields to be searched by meaning (semantic_text), for example body; empty for none",
                            string.Empty,
                            problemOf: SemanticFields.ProblemOf
                        )
                );
            try
            {
                var fields = SemanticFields.Parse(answer);
                await gateway.Semantic.CheckAsync(index, fields, cancellationToken);
                return fields;
            }
            catch (ConnectorException failure) when (ask is not null)
            {
                ask.SayProblem(failure.Message);
                given = null;
            }
            catch (ConnectorException failure)
            {
                throw new CliException(ExitCode.Failed, failure.Message);
            }
        }
    }
}
