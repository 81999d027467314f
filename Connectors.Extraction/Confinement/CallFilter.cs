using System.Runtime.InteropServices;
using static Connectors.Extraction.Confinement.BpfInstruction;

namespace Connectors.Extraction.Confinement;

/// <summary>
/// The program that the kernel runs before each call of this process: it lets the call through or refuses it. It sees the call's number and
/// its arguments, but not what they point to, so it knows no names of files. See seccomp(2).
/// </summary>
internal static class CallFilter
{
    /// <summary>SECCOMP_RET_ALLOW.</summary>
    public const uint Allowed = 0x7fff_0000;

    /// <summary>SECCOMP_RET_ERRNO with EPERM.</summary>
    public const uint Refused = 0x0005_0000 | LinuxErrors.NotPermitted;

    /// <summary>SECCOMP_RET_ERRNO with ENOSYS.</summary>
    public const uint Unknown = 0x0005_0000 | LinuxErrors.NoSuchCall;

    /// <summary>SECCOMP_RET_KILL_PROCESS: a call made the way of another processor, as only somebody does who wants around this.</summary>
    public const uint Ended = 0x8000_0000;

    // Offsets in struct seccomp_data. An argument has eight bytes, the lower ones first.
    private const uint Number = 0;
    private const uint Processor = 4;
    private const uint FirstArgument = 16;

    /// <summary>Makes the program.</summary>
    /// <param name="architecture">The processor.</param>
    /// <param name="processId">The process that it is for.</param>
    /// <returns><see langword="null"/> for a processor whose calls are not known here.</returns>
    public static BpfInstruction[]? Make(Architecture architecture, uint processId) =>
        architecture switch
        {
            // AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 of linux/audit.h.
            Architecture.X64 => Make(0xc000_003e, RefusedCalls.Of(processId).Select(rule => (rule.X64, rule))),
            Architecture.Arm64 => Make(0xc000_00b7, RefusedCalls.Of(processId).Select(rule => (rule.Arm64, rule))),
            _ => null,
        };

    private static BpfInstruction[] Make(uint processor, IEnumerable<(uint? Number, CallRule Rule)> rules) =>
        [
            Load(Processor),
            new(EqualCode, 1, 0, processor),
            Answer(Ended),
            Load(Number),
            // Also the calls of x86-64's narrow twin, x32, whose numbers have a high bit more.
            new(GreaterCode, 0, 1, RefusedCalls.LastKnown),
            Answer(Unknown),
            .. rules.Where(item => item.Number is not null).SelectMany(item => Test(item.Number!.Value, item.Rule)),
            Answer(Allowed),
        ];

    /// <summary>Goes on behind these instructions when it is another call.</summary>
    private static IEnumerable<BpfInstruction> Test(uint number, CallRule rule)
    {
        if (rule.Refusal is CallRefusal.Always or CallRefusal.AsUnknown)
        {
            return [new(EqualCode, 0, 1, number), Answer(rule.Refusal == CallRefusal.Always ? Refused : Unknown)];
        }

        var code = rule.Refusal is CallRefusal.IfEqual or CallRefusal.UnlessEqual ? EqualCode : AnyBitCode;
        var isRefusedThen = rule.Refusal is CallRefusal.IfEqual or CallRefusal.IfAnyBit;
        var count = rule.Values.Length;
        return
        [
            new(EqualCode, 0, (byte)(count + 3), number),
            Load(FirstArgument + (8 * (uint)rule.Argument)),
            .. rule.Values.Select((value, index) => new BpfInstruction(code, (byte)(count - index), 0, value)),
            Answer(isRefusedThen ? Allowed : Refused),
            Answer(isRefusedThen ? Refused : Allowed),
        ];
    }
}
