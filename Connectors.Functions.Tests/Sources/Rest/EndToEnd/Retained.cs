using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Connectors.Tests.Sources.Rest.EndToEnd;

/// <summary>
/// Counts what an object keeps alive: unlike the memory of the process, that does not depend on what other tests do at the same time.
/// </summary>
internal static class Retained
{
    private static readonly ConcurrentDictionary<Type, List<FieldInfo>> Fields = new();

    /// <summary>About how many bytes can be reached from an object, but for types, clocks, logs, and whatever sends requests.</summary>
    public static long BytesOf(object root)
    {
        var (bytes, seen, open) = (0L, new HashSet<object>(ReferenceEqualityComparer.Instance), new Stack<object>());
        Reach(root);
        while (open.TryPop(out var item))
        {
            switch (item)
            {
                case string text:
                    bytes += 2L * text.Length;
                    break;
                case Array array when array.GetType().GetElementType()!.IsPrimitive:
                    bytes += Buffer.ByteLength(array);
                    break;
                case Array array:
                    bytes += 8L * array.Length;
                    foreach (var element in array)
                    {
                        Reach(element);
                    }

                    break;
                default:
                    foreach (var field in FieldsOf(item.GetType()))
                    {
                        bytes += 8;
                        Reach(field.GetValue(item));
                    }

                    break;
            }
        }

        return bytes;

        void Reach(object? item)
        {
            if (item is not null && !IsOfTheTest(item) && (item.GetType().IsValueType || seen.Add(item)))
            {
                open.Push(item);
            }
        }
    }

    private static bool IsOfTheTest(object item) =>
        item.GetType().IsPrimitive
        || item.GetType().IsEnum
        || item is MemberInfo or Assembly or Module or TimeProvider or HttpMessageHandler or Thread or ILogger
        || item.GetType().Namespace?.StartsWith("System.Diagnostics", StringComparison.Ordinal) == true;

    private static List<FieldInfo> FieldsOf(Type type) => Fields.GetOrAdd(type, static type =>
        {
            var fields = new List<FieldInfo>();
            for (var declaring = type; declaring is not null; declaring = declaring.BaseType)
            {
                fields.AddRange(
                    declaring
                        .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                        .Where(field => !field.FieldType.IsPointer && !field.FieldType.IsFunctionPointer)
                );
            }

            return fields;
        });
}
