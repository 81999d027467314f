using Connectors.Sources.Rest.SharePoint;
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
    [InlineData("/sites/eng/50 % #1.txt", "_api/web/GetFileByServerRelativePath(decodedurl=@path)?@path='/sites/eng/50%20%25%20%231.txt'")]
    [InlineData("/sites/eng/a & b.txt", "_api/web/GetFileByServerRelativeUrl(@path)?@path='/sites/eng/a%20%26%20b.txt'")]
    public void AFileIsNamedAsItIs(string path, string address) => Assert.Equal(address, SharePointServerApi.FileOf(path));

    [Fact]
    public void ALongNameGoesIntoTheQuery()
    {
        var path = $"/sites/eng/{new string('a', 200)}/it's.txt";
        Assert.Equal(
            $"_api/web/GetFileByServerRelativeUrl(@path)/$value?@path='{path.Replace("'", "%27%27", StringComparison.Ordinal)}'",
            SharePointApi.PartOf(SharePointServerApi.FileOf(path), "$value")
        );
    }

    [Fact]
    public void RolesOfAFolderAreAskedForWithItsNameInTheQueryWhereThePathWouldBeRefused() =>
        Assert.Equal(
            "_api/web/GetFolderByServerRelativeUrl(@path)/ListItemAllFields/roleassignments?$expand=Member&@path='/sites/R%26D'",
            SharePointApi.PartOf(
                SharePointApi.PartOf(SharePointServerApi.FolderOf("/sites/R&D"), "ListItemAllFields"),
                "roleassignments?$expand=Member"
            )
        );

    [Fact]
    public void TheFolderOfAFileIsNamed()
    {
        Assert.Equal("/sites/eng", SharePointServerApi.ParentOf("/sites/eng/a.txt"));
        Assert.Equal(string.Empty, SharePointServerApi.ParentOf("/a.txt"));
    }
}
