using System.Buffers.Binary;
using Connectors.Extraction.Confinement;

namespace Connectors.Tests.Sync.Content.Extraction.Confinement;

/// <summary>Runs a filter of calls as the kernel does, for processors that this machine does not have.</summary>
internal static class BpfMachine
{
    /// <summary>What the filter answers to a call.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="processor">AUDIT_ARCH_* of the call.</param>
    /// <param name="number">The call.</param>
    /// <param name="arguments">Its first arguments; the others are 0.</param>
    public static uint Run(IReadOnlyList<BpfInstruction> filter, uint processor, uint number, params ulong[] arguments)
    {
        // struct seccomp_data: number, processor, address of the caller, six arguments.
        var call = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(call, number);
        BinaryPrimitives.WriteUInt32LittleEndian(call.AsSpan(4), processor);
        for (var i = 0; i < arguments.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(call.AsSpan(16 + (8 * i)), arguments[i]);
        }

        uint loaded = 0;
        for (var at = 0; ; at++)
        {
            var (code, ifTrue, ifFalse, operand) = filter[at];
            switch (code)
            {
                case BpfInstruction.LoadCode:
                    loaded = BinaryPrimitives.ReadUInt32LittleEndian(call.AsSpan((int)operand));
                    break;
                case BpfInstruction.EqualCode:
                    at += loaded == operand ? ifTrue : ifFalse;
                    break;
                case BpfInstruction.GreaterCode:
                    at += loaded > operand ? ifTrue : ifFalse;
                    break;
                case BpfInstruction.AnyBitCode:
                    at += (loaded & operand) != 0 ? ifTrue : ifFalse;
                    break;
                case BpfInstruction.AnswerCode:
                    return operand;
                default:
                    throw new InvalidOperationException($"There is no instruction {code:x}.");
            }
        }
    }
}
