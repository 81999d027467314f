using Connectors.Sources.Files.Access;
using Xunit;

namespace Connectors.Tests.Sources.Files.NetworkDrive;

/// <summary>Descriptors by [MS-DTYP] 2.4: the structures SID, ACE, ACL and SECURITY_DESCRIPTOR.</summary>
public sealed class SecurityDescriptorTests
{
    [Fact]
    public void TheOwnerAndTheEntriesOfTheListAreRead()
    {
        var descriptor = SecurityDescriptor.Parse(
            DescriptorBytes.Of(
                "S-1-5-21-1-2-3-1001",
                (AceType.Deny, 0x10, 0x1, "S-1-5-21-1-2-3-1002"),
                (AceType.Allow, 0, 0x1F01FF, "S-1-5-32-545")
            )
        );
        Assert.Equal("S-1-5-21-1-2-3-1001", descriptor.Owner);
        Assert.Equal(
            [
                new SecurityDescriptor.Entry(AceType.Deny, 0x10, 0x1, "S-1-5-21-1-2-3-1002"),
                new SecurityDescriptor.Entry(AceType.Allow, 0, 0x1F01FF, "S-1-5-32-545"),
            ],
            descriptor.Entries!
        );
    }

    /// <summary>The bytes of a descriptor without owner and group, whose list gives BUILTIN\Users (S-1-5-32-545) the right to
    /// read.</summary>
    [Fact]
    public void TheBytesAreThoseOfTheSpecification()
    {
        byte[] bytes =
        [
            0x01,
            0x00,
            0x04,
            0x80, // revision; control: self-relative, with a list
            0x00,
            0x00,
            0x00,
            0x00, // no owner
            0x00,
            0x00,
            0x00,
            0x00, // no group
            0x00,
            0x00,
            0x00,
            0x00, // no list for audits
            0x14,
            0x00,
            0x00,
            0x00, // the list begins at 20
            0x02,
            0x00,
            0x20,
            0x00, // list: revision 2, 32 bytes
            0x01,
            0x00,
            0x00,
            0x00, // one entry
            0x00,
            0x00,
            0x18,
            0x00, // entry: gives, 24 bytes
            0x89,
            0x00,
            0x12,
            0x00, // FILE_GENERIC_READ
            0x01,
            0x02,
            0x00,
            0x00,
            0x00,
            0x00,
            0x00,
            0x05, // SID: revision 1, two parts, authority 5
            0x20,
            0x00,
            0x00,
            0x00, // 32
            0x21,
            0x02,
            0x00,
            0x00, // 545
        ];
        var descriptor = SecurityDescriptor.Parse(bytes);
        Assert.Null(descriptor.Owner);
        Assert.Equal([new SecurityDescriptor.Entry(AceType.Allow, 0, 0x00120089, "S-1-5-32-545")], descriptor.Entries!);
        Assert.Equal(bytes, DescriptorBytes.Of(null, (AceType.Allow, 0, 0x00120089, "S-1-5-32-545")));
    }

    [Fact]
    public void AListThatIsNoneIsNotAnEmptyOne()
    {
        Assert.Null(SecurityDescriptor.Parse(DescriptorBytes.WithoutEntries(control: 0x8004)).Entries);
        Assert.Empty(SecurityDescriptor.Parse(DescriptorBytes.Of(null)).Entries!);
        var missing = Assert.Throws<IOException>(() => SecurityDescriptor.Parse(DescriptorBytes.WithoutEntries(control: 0x8000)));
        Assert.Equal("its security descriptor holds no access list", missing.Message);
    }

    /// <summary>Of a kind that is not understood, one that gives is passed over and one that takes is not: nobody sees more because of
    /// it.</summary>
    [Fact]
    public void WhatTakesRightsInAnUnknownWayIsRefused()
    {
        (AceType, byte, uint, string) everyone = (AceType.Allow, 0, 1, "S-1-1-0");
        foreach (var type in (byte[])[5, 11])
        {
            var descriptor = SecurityDescriptor.Parse(DescriptorBytes.Of(null, ((AceType)type, 0, 1, "S-1-5-32-545"), everyone));
            Assert.Equal("S-1-1-0", Assert.Single(descriptor.Entries!).Sid);
        }

        foreach (var type in (byte[])[6, 12])
        {
            var bytes = DescriptorBytes.Of(null, ((AceType)type, 0, 1, "S-1-5-32-545"), everyone);
            var failure = Assert.Throws<IOException>(() => SecurityDescriptor.Parse(bytes));
            Assert.Equal("its access list takes rights by a type of objects, which files do not have", failure.Message);
        }
    }

    /// <summary>No bytes that a server may send do anything but give a descriptor or be refused.</summary>
    [Fact]
    public void WhateverByteIsWrongItIsReadOrRefused()
    {
        var whole = DescriptorBytes.Of("S-1-5-21-1-2-3-1001", (AceType.Deny, 0, 1, "S-1-5-2"), (AceType.Allow, 0, 1, "S-1-1-0"));
        for (var place = 0; place < whole.Length; place++)
        {
            for (var value = 0; value <= byte.MaxValue; value++)
            {
                var bytes = whole.ToArray();
                bytes[place] = (byte)value;
                Assert.True(Record.Exception(() => SecurityDescriptor.Parse(bytes)) is null or IOException, $"byte {place} as {value}");
            }
        }
    }

    [Fact]
    public void ADescriptorThatIsCutOffAnywhereIsRefused()
    {
        var whole = DescriptorBytes.Of("S-1-5-21-1-2-3-1001", (AceType.Allow, 0, 1, "S-1-1-0"));
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<IOException>(() => SecurityDescriptor.Parse(whole.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(3, 0)]
    [InlineData(4, 255)]
    [InlineData(16, 255)]
    [InlineData(22, 7)]
    [InlineData(30, 3)]
    public void ADescriptorWithAWrongByteIsRefused(int place, byte value)
    {
        var bytes = DescriptorBytes.Of(null, (AceType.Allow, 0, 1, "S-1-1-0"));
        bytes[place] = value;
        Assert.Throws<IOException>(() => SecurityDescriptor.Parse(bytes));
    }
}
