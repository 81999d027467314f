using System.Runtime.InteropServices;
using Connectors.Extraction.Confinement;
using Xunit;

namespace Connectors.Tests.Sync.Content.Extraction.Confinement;

/// <summary>What the filter of calls lets through, call by call, on both processors.</summary>
public sealed class CallFilterTests
{
    private const uint X64 = 0xc000_003e;
    private const uint Arm64 = 0xc000_00b7;
    private const uint Self = 4321;

    [Theory]
    [InlineData("read", X64, 0, CallFilter.Allowed)]
    [InlineData("read", Arm64, 63, CallFilter.Allowed)]
    [InlineData("mmap", X64, 9, CallFilter.Allowed)]
    [InlineData("mmap", Arm64, 222, CallFilter.Allowed)]
    [InlineData("exit_group", X64, 231, CallFilter.Allowed)]
    [InlineData("exit_group", Arm64, 94, CallFilter.Allowed)]
    [InlineData("socket", X64, 41, CallFilter.Refused)]
    [InlineData("socket", Arm64, 198, CallFilter.Refused)]
    [InlineData("connect", X64, 42, CallFilter.Refused)]
    [InlineData("connect", Arm64, 203, CallFilter.Refused)]
    [InlineData("execve", X64, 59, CallFilter.Refused)]
    [InlineData("execve", Arm64, 221, CallFilter.Refused)]
    [InlineData("ptrace", X64, 101, CallFilter.Refused)]
    [InlineData("ptrace", Arm64, 117, CallFilter.Refused)]
    [InlineData("unlinkat", X64, 263, CallFilter.Refused)]
    [InlineData("unlinkat", Arm64, 35, CallFilter.Refused)]
    [InlineData("io_uring_setup", X64, 425, CallFilter.Refused)]
    [InlineData("io_uring_setup", Arm64, 425, CallFilter.Refused)]
    [InlineData("clone3", X64, 435, CallFilter.Unknown)]
    [InlineData("clone3", Arm64, 435, CallFilter.Unknown)]
    [InlineData("one that Linux gets one day", X64, 451, CallFilter.Unknown)]
    [InlineData("one that Linux gets one day", Arm64, 451, CallFilter.Unknown)]
    [InlineData("socket of x32", X64, 0x4000_0000 + 41, CallFilter.Unknown)]
    [InlineData("read the way of 32 bits", 0x4000_0003, 3, CallFilter.Ended)]
    public void ACallIsLetThroughOrRefused(string call, uint processor, uint number, uint answer) =>
        Assert.Equal((call, answer), (call, BpfMachine.Run(FilterOf(processor), processor, number)));

    [Theory]
    [InlineData("openat to read", CallFilter.Allowed, 257, 56, new ulong[] { 0, 0, 0x8_0000 })]
    [InlineData("openat to write", CallFilter.Refused, 257, 56, new ulong[] { 0, 0, 0x8_0001 })]
    [InlineData("openat to read and write", CallFilter.Refused, 257, 56, new ulong[] { 0, 0, 2 })]
    [InlineData("openat to make", CallFilter.Refused, 257, 56, new ulong[] { 0, 0, 0x40 })]
    [InlineData("openat to cut", CallFilter.Refused, 257, 56, new ulong[] { 0, 0, 0x200 })]
    [InlineData("clone of a thread", CallFilter.Allowed, 56, 220, new ulong[] { 0x3d_0f00 })]
    [InlineData("clone of a process", CallFilter.Refused, 56, 220, new ulong[] { 0x120_0011 })]
    [InlineData("kill of itself", CallFilter.Allowed, 62, 129, new ulong[] { Self, 9 })]
    [InlineData("kill of another", CallFilter.Refused, 62, 129, new ulong[] { Self + 1, 9 })]
    [InlineData("kill of the group", CallFilter.Refused, 62, 129, new ulong[] { 0, 9 })]
    [InlineData("kill of all", CallFilter.Refused, 62, 129, new ulong[] { ulong.MaxValue, 9 })]
    [InlineData("limits of itself", CallFilter.Allowed, 302, 261, new ulong[] { 0, 7 })]
    [InlineData("limits of itself by number", CallFilter.Allowed, 302, 261, new ulong[] { Self, 7 })]
    [InlineData("limits of another", CallFilter.Refused, 302, 261, new ulong[] { 1, 7 })]
    [InlineData("fcntl for a copy", CallFilter.Allowed, 72, 25, new ulong[] { 1, 1030 })]
    [InlineData("fcntl for signals to another", CallFilter.Refused, 72, 25, new ulong[] { 1, 8, 1 })]
    [InlineData("fcntl for another signal", CallFilter.Refused, 72, 25, new ulong[] { 1, 10, 9 })]
    [InlineData("ioctl for the size of a terminal", CallFilter.Allowed, 16, 29, new ulong[] { 0, 0x5413 })]
    [InlineData("ioctl that types on a terminal", CallFilter.Refused, 16, 29, new ulong[] { 0, 0x5412 })]
    [InlineData("ioctl that pastes on a console", CallFilter.Refused, 16, 29, new ulong[] { 0, 0x541c })]
    public void SomeCallsDependOnAnArgument(string call, uint answer, uint numberOnX64, uint numberOnArm64, ulong[] arguments)
    {
        Assert.Equal((call, answer), (call, BpfMachine.Run(FilterOf(X64), X64, numberOnX64, arguments)));
        Assert.Equal((call, answer), (call, BpfMachine.Run(FilterOf(Arm64), Arm64, numberOnArm64, arguments)));
    }

    [Fact]
    public void EachCallIsOnTheListOnce()
    {
        var rules = RefusedCalls.Of(Self);

        Assert.True(rules.Count > 150, $"only {rules.Count} calls");
        Assert.Equal(rules.Count, rules.Select(rule => rule.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(
            [rules.Select(rule => rule.X64).OfType<uint>().ToList(), rules.Select(rule => rule.Arm64).OfType<uint>().ToList()],
            numbers => Assert.Equal(numbers.Count, numbers.Distinct().Count())
        );
        Assert.All(rules, rule => Assert.InRange(rule.X64 ?? rule.Arm64 ?? uint.MaxValue, 0u, RefusedCalls.LastKnown));
    }

    [Fact]
    public void AProcessorThatNobodyKnowsHereHasNoFilter() => Assert.Null(CallFilter.Make(Architecture.S390x, Self));

    private static BpfInstruction[] FilterOf(uint processor) =>
        CallFilter.Make(processor == Arm64 ? Architecture.Arm64 : Architecture.X64, Self)!;
}
