using Microsoft.Extensions.Logging;
using Xunit.Sdk;
using Xunit.v3;

namespace Connectors.Testing;

/// <summary>Whether a fixture can be made and its source answers: asked once, before any test, so that a broken one is told in one sentence
/// and not by every test in its own words.</summary>
/// <param name="Problem">What is wrong, or <see langword="null"/>.</param>
internal sealed record FixtureCheck(string? Problem)
{
    /// <summary>Makes one, asks its source, and takes it down.</summary>
    public static async Task<FixtureCheck> RunAsync<TFixture>(ILoggerFactory logs, CancellationToken cancellationToken)
        where TFixture : SourceFixture, new()
    {
        var step = "its constructor fails";
        try
        {
            await using var fixture = new TFixture();
            step = "Create fails";
            await using var source = SourceContractTests.Open(fixture, logs);
            step = "its source does not answer";
            await source.PingAsync(cancellationToken);
            return new FixtureCheck(Problem: null);
        }
        catch (Exception failure)
            when (!cancellationToken.IsCancellationRequested
                && !failure.Message.StartsWith(DynamicSkipToken.Value, StringComparison.Ordinal)
            )
        {
            // new TFixture() of a type parameter wraps what the constructor throws.
            var cause = failure is System.Reflection.TargetInvocationException { InnerException: { } inner } ? inner : failure;
            return new FixtureCheck($"{typeof(TFixture).Name}: {step}: {cause.Message}");
        }
    }
}

/// <summary>A fixture that no test can use. Where it was found says nothing.</summary>
internal sealed class BrokenFixtureException(string message) : XunitException(message)
{
    /// <inheritdoc/>
    public override string? StackTrace => null;
}
