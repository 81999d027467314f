using Connectors.Sources.Rest.SharePoint;
using Xunit;

namespace Connectors.Tests.Sources.Rest.SharePoint;

/// <summary>Addresses of files: learn.microsoft.com, Supporting % and # in files and folders with the ResourcePath API.</summary>
public sealed class SharePointPathsTests
{
    [Theory]
    [InlineData(
        "/sites/eng/Shared Documents/it's.txt",
        "_api/web/GetFileByServerRelativeUrl('/sites/eng/Shared%20Documents/it%27%27s.txt')"
    )]
    [InlineData("/sites/eng/50 % #1.txt", "_api/web/GetFileByServerRelativePath(decodedurl=@path)?@path='/sites/eng/50%20%25%20%231.txt'")]
    [InlineData("/sites/eng/a & b.txt", "_api/web/GetFileByServerRelativeUrl(@path)?@path='/sites/eng/a%20%26%20b.txt'")]
    public void AFileIsNamedAsItIs(string path, string address) => Assert.Equal(address, SharePointPaths.FileOf(path));

    [Fact]
    public void ALongNameGoesIntoTheQuery()
    {
        var path = $"/sites/eng/{new string('a', 200)}/it's.txt";
        Assert.Equal(
            $"_api/web/GetFileByServerRelativeUrl(@path)/$value?@path='{path.Replace("'", "%27%27", StringComparison.Ordinal)}'",
            SharePointApi.PartOf(SharePointPaths.FileOf(path), "$value")
        );
    }

    [Fact]
    public void RolesOfAFolderAreAskedForWithItsNameInTheQueryWhereThePathWouldBeRefused() =>
        Assert.Equal(
            "_api/web/GetFolderByServerRelativeUrl(@path)/ListItemAllFields/roleassignments?$expand=Member&@path='/sites/R%26D'",
            SharePointApi.PartOf(
                SharePointApi.PartOf(SharePointPaths.FolderOf("/sites/R&D"), "ListItemAllFields"),
                "roleassignments?$expand=Member"
            )
        );

    [Fact]
    public void TheFolderOfAFileIsNamed()
    {
        Assert.Equal("/sites/eng", SharePointPaths.ParentOf("/sites/eng/a.txt"));
        Assert.Equal(string.Empty, SharePointPaths.ParentOf("/a.txt"));
    }

    [Theory]
    [InlineData("https://example.sharepoint.com/sites/eng/Lists/Some%20Tasks", "/sites/eng/Lists/Some Tasks")]
    [InlineData("https://example.sharepoint.com/sites/eng/Lists/Tasks/AllItems.aspx", "/sites/eng/Lists/Tasks")]
    [InlineData("https://example.sharepoint.com/sites/eng/Papers/Forms/By%20Name.aspx", "/sites/eng/Papers")]
    [InlineData("Tasks", "")]
    [InlineData(null, "")]
    public void TheFolderOfAListIsKnownByItsAddressAndByThatOfAView(string? address, string folder) =>
        Assert.Equal(folder, SharePointPaths.RootOf(address));

    [Theory]
    [InlineData("/sites/eng/Papers", "/sites/eng/papers/a.txt", true)]
    [InlineData("/sites/eng/Papers", "/sites/eng/Papers", false)]
    [InlineData("/sites/eng/Papers", "/sites/eng/Papers 2/a.txt", false)]
    [InlineData("", "/sites/eng/Papers/a.txt", false)]
    public void WhatLiesBesideAFolderIsNotBelowIt(string folder, string path, bool isBelow) =>
        Assert.Equal(isBelow, SharePointPaths.IsBelow(folder, path));
}
