using System.Xml.Linq;
using Connectors.Tests.Docs.Blocks;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs.Pages;

/// <summary>Pictures of the pages: they can be drawn by a browser, say in words what they show, and name what is in the code.</summary>
public sealed class PictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void EveryPictureIsShownWithWordsForThoseWhoDoNotSeeIt()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Approved.Root, "docs"), "*.svg", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var picture = XDocument.Load(file).Root!;
            Assert.Equal(Svg + "svg", picture.Name);
            Assert.True(
                picture.Element(Svg + "title")?.Value.Length > 10 && picture.Element(Svg + "desc")?.Value.Length > 100,
                "a title and a description are missing"
            );
            Assert.DoesNotContain(picture.Descendants(), element => element.Name.LocalName is "script" or "image" or "foreignObject");
            var name = Path.GetFileName(file);
            Assert.Contains(MarkdownPages.All, page =>
                MarkdownPages
                    .Text(page)
                    .Split("![")
                    .Skip(1)
                    .Any(shown =>
                        shown.IndexOf("](", StringComparison.Ordinal) > 60 && shown.Contains($"images/{name})", StringComparison.Ordinal)
                    )
            );
        });
    }

    [Fact]
    public void TheTypesInThePictureOfTheWayOfTheDataAreThere()
    {
        var picture = XDocument.Load(Path.Combine(Approved.Root, "docs", "images", "way-of-the-data.svg"));
        var named = PictureBlocks.Identifiers(string.Join('\n', picture.Descendants(Svg + "text").Select(text => text.Value)));
        Assert.True(named.Count >= 5, $"only {named.Count} types are named");
        Assert.Empty(PictureBlocks.NotInCode(named));
    }
}
