using System.Buffers.Binary;
using Connectors.Abstractions;
using Connectors.Sources.Files;
using Connectors.Sources.Files.Access;
using Xunit;

namespace Connectors.Tests.Sources.Files;

/// <summary>Owner 1 (alice) and group 10 (staff: alice, bob); carol, user 3, is in group 30 only.</summary>
public sealed class AccessSetTests
{
    private static readonly Accounts Known = Accounts.Parse(
        ["alice:x:1:11:Alice:/home/alice:/bin/sh", "bob:x:2:10::/:", "carol:x:3:30::/:"],
        ["staff:x:10:alice,nobody-known", "choir:x:40:bob,carol", "empty:x:50:"],
        "passwd"
    );

    [Theory]
    [InlineData("600", "user:1")]
    [InlineData("640", "group:10 user:1")]
    [InlineData("644", "everyone")]
    [InlineData("444", "everyone")]
    [InlineData("040", "group:10")]
    [InlineData("200", "")]
    [InlineData("000", "")]
    [InlineData("2755", "everyone")]
    // Those in the group are shut out of what the others may: "everyone but them" can't be said.
    [InlineData("604", "user:1")]
    [InlineData("004", "")]
    // The owner can give himself what his group has.
    [InlineData("044", "everyone")]
    public void TheModeSaysWhoMayRead(string mode, string expected) =>
        Assert.Equal(expected, Text(AccessSet.Of(File(Convert.ToUInt32(mode, 8)), null, AccessSet.ToRead, Known)));

    [Theory]
    [InlineData("700", "user:1")]
    [InlineData("710", "group:10 user:1")]
    [InlineData("711", "everyone")]
    [InlineData("744", "user:1")]
    public void TheModeSaysWhoMayEnter(string mode, string expected) =>
        Assert.Equal(expected, Text(AccessSet.Of(File(Convert.ToUInt32(mode, 8)), null, AccessSet.ToEnter, Known)));

    [Theory]
    // The mode shows group bits r-- there, which is the mask: the group itself may nothing.
    [InlineData("owner rw-, user:3 r--, group ---, mask r--, other ---", "user:1 user:3")]
    [InlineData("owner rw-, user:3 rw-, group r--, mask ---, other ---", "user:1")]
    [InlineData("owner rw-, group ---, group:40 r--, mask r--, other ---", "group:40 user:1")]
    [InlineData("owner rw-, group r--, mask r--, other r--", "everyone")]
    [InlineData("owner rw-, group r--, group:40 ---, mask r--, other r--", "group:10 user:1")]
    // Bob is shut out by name, so the groups that he is in are listed without him.
    [InlineData("owner rw-, user:2 ---, group r--, group:40 r--, mask r--, other r--", "user:1 user:3")]
    public void AnAccessControlListCountsInPlaceOfTheMode(string acl, string expected) =>
        Assert.Equal(expected, Text(AccessSet.Of(File(0x1A4), Acl(acl), AccessSet.ToRead, Known)));

    [Fact]
    public void AnAccessControlListOfAnUnknownFormIsAFailure()
    {
        Assert.Throws<IOException>(() => PosixAcl.Parse([]));
        Assert.Throws<IOException>(() => PosixAcl.Parse([3, 0, 0, 0]));
        Assert.Throws<IOException>(() => PosixAcl.Parse([2, 0, 0, 0, 1]));
    }

    [Theory]
    [InlineData("everyone", "user:1 group:10", "group:10 user:1")]
    [InlineData("group:10", "group:10 user:3", "group:10")]
    // In both groups: bob only, by name.
    [InlineData("group:10", "group:40", "user:2")]
    // A private file in a folder of the team.
    [InlineData("user:1", "user:9 group:10", "user:1")]
    [InlineData("user:3", "user:9 group:10", "")]
    [InlineData("user:8 group:50", "group:10", "")]
    public void WhoMayBothIsInBothSets(string item, string other, string expected)
    {
        Assert.Equal(expected, Text(Set(item).And(Set(other), Known)));
        Assert.Equal(expected, Text(Set(other).And(Set(item), Known)));
    }

    [Fact]
    public void AccountsAreReadAsTheSystemReadsThem()
    {
        var accounts = Accounts.Parse(
            ["# remark", "+::::::", "alice:x:1:11::/:", "alice:x:9:99::/:", "broken", "odd:x:minus:1::/:", "zoe:*:5:11:,,,:/:/bin/false"],
            ["wheel:x:0:zoe, alice,alice", "bad:x:-1:alice"],
            "passwd"
        );

        Assert.Equal(["alice 1 11", "zoe 5 11"], accounts.Users.Select(user => $"{user.Name} {user.User} {user.Group}"));
        Assert.Equal([0u, 11u], accounts.GroupsOf(1).Order());
        Assert.Equal([1u, 5u], accounts.MembersOf(11).Order());
        Assert.Empty(accounts.GroupsOf(9));
    }

    [Fact]
    public void AFileWithoutAUserIsNotTakenForASystemWithoutUsers()
    {
        var failure = Assert.Throws<ConnectorException>(() => Accounts.Parse(["<html>"], [], "/srv/users"));

        Assert.Equal("users_file: '/srv/users' lists no user. Give a file of the form of /etc/passwd.", failure.Message);
    }

    private static UnixFileStatus File(uint mode) => new(0x8000 | mode, 1, 1, 1, User: 1, Group: 10, DateTimeOffset.UnixEpoch);

    private static string Text(AccessSet set) => string.Join(' ', set.Values().Order(StringComparer.Ordinal));

    private static AccessSet Set(string text) =>
        text == "everyone" ? AccessSet.Everyone : new AccessSet(false, [.. Numbers(text, "user:")], [.. Numbers(text, "group:")]);

    private static IEnumerable<uint> Numbers(string text, string prefix) =>
        text.Split(' ')
            .Where(part => part.StartsWith(prefix, StringComparison.Ordinal))
            .Select(part => uint.Parse(part[prefix.Length..], null));

    /// <summary>The bytes that the kernel gives for a list.</summary>
    private static PosixAcl Acl(string text)
    {
        var bytes = new List<byte> { 2, 0, 0, 0 };
        foreach (var entry in text.Split(", "))
        {
            var (who, bits) = (entry.Split(' ')[0], entry.Split(' ')[1]);
            var tag = who switch
            {
                "owner" => 0x01,
                "group" => 0x04,
                "mask" => 0x10,
                "other" => 0x20,
                _ => who.StartsWith("user:", StringComparison.Ordinal) ? 0x02 : 0x08,
            };
            var item = new byte[8];
            BinaryPrimitives.WriteUInt16LittleEndian(item, (ushort)tag);
            BinaryPrimitives.WriteUInt16LittleEndian(
                item.AsSpan(2),
                (ushort)((bits[0] == 'r' ? 4 : 0) | (bits[1] == 'w' ? 2 : 0) | (bits[2] == 'x' ? 1 : 0))
            );
            BinaryPrimitives.WriteUInt32LittleEndian(
                item.AsSpan(4),
                who.Contains(':') ? uint.Parse(who.Split(':')[1], null) : uint.MaxValue
            );
            bytes.AddRange(item);
        }

        return PosixAcl.Parse([.. bytes]);
    }
}
