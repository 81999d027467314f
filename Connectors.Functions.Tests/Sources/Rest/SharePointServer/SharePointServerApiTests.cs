using Connectors.Sources.Rest.SharePointServer;
using Xunit;

namespace Connectors.Tests.Sources.Rest.SharePointServer;

/// <summary>Addresses of files: learn.microsoft.com, Supporting % and # in files and folders with the ResourcePath API.</summary>
public sealed class SharePointServerApiTests
{
    [Theory]
    [InlineData(
        "/sites/eng/Shared Documents/it's.txt",
        "_api/web/GetFileByServerRelativeUrl('/sites/eng/Shared%20Documents/it%27%27s.txt')"
    )]
    [InlineData("/sites/eng/50 % #1.txt", "_api/web/GetFileByServerRelativePath(decodedurl='/sites/eng/50%20%25%20%231.txt')")]
    public void AFileIsNamedAsItIs(string path, string address) => Assert.Equal(address, SharePointServerApi.FileOf(path));

    [Fact]
    public void ALongNameGoesIntoTheQuery()
    {
        var path = $"/sites/eng/{new string('a', 200)}/it's.txt";
        Assert.Equal(
            $"_api/web/GetFileByServerRelativeUrl(@path)/$value?@path='{path.Replace("'", "%27%27", StringComparison.Ordinal)}'",
            SharePointServerApi.FileOf(path, "/$value")
        );
    }

    [Fact]
    public void TheFolderOfAFileIsNamed()
    {
        Assert.Equal("/sites/eng", SharePointServerApi.ParentOf("/sites/eng/a.txt"));
        Assert.Equal(string.Empty, SharePointServerApi.ParentOf("/a.txt"));
    }
}
