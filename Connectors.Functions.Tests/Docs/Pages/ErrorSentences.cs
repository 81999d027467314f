using System.Text;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Connectors.Tests.Docs.Pages;

/// <summary>What the code can say with a <see cref="ConnectorException"/>, read from the code itself.</summary>
internal static class ErrorSentences
{
    /// <summary>Every sentence of the files below a folder, once, in the order of the files.</summary>
    /// <param name="folder">Relative to the root of the repository.</param>
    /// <param name="deep">Whether folders in it count too.</param>
    public static IReadOnlyList<ErrorSentence> In(string folder, bool deep)
    {
        var files = Directory
            .EnumerateFiles(Path.Combine(Approved.Root, folder), "*.cs", deep ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly)
            .Where(file => !Path.GetRelativePath(Approved.Root, file).Split('/', '\\').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);
        return [.. files.SelectMany(Read).GroupBy(item => item.Text, StringComparer.Ordinal).Select(Merged)];
    }

    private static IEnumerable<ErrorSentence> Read(string file)
    {
        var tree = CSharpSyntaxTree.ParseText(File.ReadAllText(file), new CSharpParseOptions(LanguageVersion.Preview));
        foreach (var made in tree.GetRoot().DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>().Where(IsConnectorException))
        {
            var arguments = made.ArgumentList?.Arguments.Select(argument => argument.Expression).ToList() ?? [];
            var isCertificate = IsOfCertificate(made);
            var hasKind = arguments.Count > 1 && !isCertificate;
            foreach (var text in arguments.Count == 0 ? [] : Texts(arguments[hasKind || isCertificate ? 1 : 0]))
            {
                // What is wrong with a certificate is a part of a sentence that begins with the server.
                yield return new ErrorSentence(
                    isCertificate ? $"…: {text}" : text,
                    hasKind ? Kinds(arguments[0]) : [FailureKind.Fatal]
                );
            }
        }
    }

    // new ConnectorException(...), and new(...) in a member that returns one.
    private static bool IsConnectorException(BaseObjectCreationExpressionSyntax made) =>
        made switch
        {
            ObjectCreationExpressionSyntax named => named.Type.ToString() == nameof(ConnectorException) || IsOfCertificate(named),
            _ => made.Ancestors().OfType<MethodDeclarationSyntax>().FirstOrDefault() is { } method
                && method.ReturnType.ToString() is nameof(ConnectorException) or nameof(ConnectorException) + "?"
                && made.Ancestors().TakeWhile(node => node != method).All(node => node is not ArgumentSyntax),
        };

    private static bool IsOfCertificate(BaseObjectCreationExpressionSyntax made) =>
        made is ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.ValueText: nameof(CertificateRefusedException) } };

    // A literal is one sentence, a choice is several; what is only known when it happens is an ellipsis. A variable by itself says nothing.
    private static IEnumerable<string> Texts(ExpressionSyntax expression) =>
        expression switch
        {
            LiteralExpressionSyntax { Token.Value: string text } => [text],
            InterpolatedStringExpressionSyntax interpolated => [Text(interpolated)],
            ParenthesizedExpressionSyntax inner => Texts(inner.Expression),
            ConditionalExpressionSyntax choice => [.. Texts(choice.WhenTrue), .. Texts(choice.WhenFalse)],
            SwitchExpressionSyntax choice => choice.Arms.SelectMany(arm => Texts(arm.Expression)),
            BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) => from left in Texts(sum.Left).DefaultIfEmpty("…")
                                                                                    from right in Texts(sum.Right).DefaultIfEmpty("…")
                                                                                    select Shortened(left + right),
            _ => [],
        };

    private static string Text(InterpolatedStringExpressionSyntax interpolated)
    {
        var text = new StringBuilder();
        foreach (var part in interpolated.Contents)
        {
            text.Append(part is InterpolatedStringTextSyntax literal ? literal.TextToken.ValueText : "…");
        }

        return Shortened(text.ToString());
    }

    private static string Shortened(string text) => text.Replace("……", "…", StringComparison.Ordinal);

    private static FailureKind[] Kinds(ExpressionSyntax expression)
    {
        var named = Enum.GetValues<FailureKind>()
            .Where(kind => expression.ToString().Contains($"FailureKind.{kind}", StringComparison.Ordinal))
            .ToArray();
        return named.Length > 0 ? named : [FailureKind.Retry, FailureKind.Fatal];
    }

    private static ErrorSentence Merged(IGrouping<string, ErrorSentence> same) =>
        new(same.Key, [.. same.SelectMany(item => item.Kinds).Distinct().Order()]);
}
