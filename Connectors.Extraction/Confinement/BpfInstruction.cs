namespace Connectors.Extraction.Confinement;

/// <summary>An instruction of the small machine that filters calls in the kernel: <c>struct sock_filter</c> of seccomp(2).</summary>
/// <param name="Code">What it does: one of the constants.</param>
/// <param name="IfTrue">How many instructions a comparison skips when it holds.</param>
/// <param name="IfFalse">How many it skips when not.</param>
/// <param name="Operand">What is compared or answered, or where it is loaded from.</param>
internal readonly record struct BpfInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand)
{
    /// <summary>BPF_LD | BPF_W | BPF_ABS: loads four bytes of the call's description.</summary>
    public const ushort LoadCode = 0x20;

    /// <summary>BPF_JMP | BPF_JEQ | BPF_K: whether they are the same.</summary>
    public const ushort EqualCode = 0x15;

    /// <summary>BPF_JMP | BPF_JGT | BPF_K: whether what is loaded is greater.</summary>
    public const ushort GreaterCode = 0x25;

    /// <summary>BPF_JMP | BPF_JSET | BPF_K: whether they have a bit in common.</summary>
    public const ushort AnyBitCode = 0x45;

    /// <summary>BPF_RET | BPF_K: ends with an answer.</summary>
    public const ushort AnswerCode = 0x06;

    public static BpfInstruction Load(uint offset) => new(LoadCode, 0, 0, offset);

    public static BpfInstruction Answer(uint answer) => new(AnswerCode, 0, 0, answer);
}
