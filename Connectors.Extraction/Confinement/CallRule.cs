namespace Connectors.Extraction.Confinement;

/// <summary>When the filter refuses a call.</summary>
/// <param name="Name">The call's name, as in syscalls(2).</param>
/// <param name="X64">Its number on x86-64; <see langword="null"/> where there is no such call.</param>
/// <param name="Arm64">Its number on arm64.</param>
/// <param name="Refusal">When it is refused.</param>
/// <param name="Argument">The argument that decides, from 0 on. Its lower four bytes are looked at.</param>
/// <param name="Values">What it is compared with.</param>
internal sealed record CallRule(string Name, uint? X64, uint? Arm64, CallRefusal Refusal, int Argument, params uint[] Values);

/// <summary>When a call is refused.</summary>
internal enum CallRefusal
{
    /// <summary>Whatever its arguments are.</summary>
    Always,

    /// <summary>Always, as a kernel does that has no such call: the caller goes an older way, whose arguments can be looked at.</summary>
    AsUnknown,

    /// <summary>When the argument is one of the values.</summary>
    IfEqual,

    /// <summary>When the argument is none of the values.</summary>
    UnlessEqual,

    /// <summary>When the argument has one of the value's bits.</summary>
    IfAnyBit,

    /// <summary>When the argument has none of the value's bits.</summary>
    UnlessAnyBit,
}
