using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Connectors.Tests.Published.FunctionsHost;

/// <summary>
/// The messages that the Functions host and a worker send each other, as JSON. Their description is in the worker's own assembly, so it is
/// always that of the package in use; the types themselves are not public.
/// </summary>
internal static class WorkerMessages
{
    private static readonly MessageDescriptor Message = Describe();

    /// <summary>The one call of the protocol: messages in both directions until one side goes.</summary>
    public static Method<IMessage, IMessage> EventStream { get; } =
        new(
            MethodType.DuplexStreaming,
            $"{Message.File.Package}.FunctionRpc",
            "EventStream",
            Marshallers.Create(message => message.ToByteArray(), bytes => (IMessage)Message.Parser.ParseFrom(bytes)),
            Marshallers.Create(message => message.ToByteArray(), bytes => (IMessage)Message.Parser.ParseFrom(bytes))
        );

    /// <summary>A message of its JSON form.</summary>
    public static IMessage Parse(JsonObject json) => JsonParser.Default.Parse(json.ToJsonString(), Message);

    /// <summary>The JSON form of a message: names in camel case, without members that have their default value.</summary>
    public static JsonObject Format(IMessage message) => JsonNode.Parse(JsonFormatter.Default.Format(message))!.AsObject();

    private static MessageDescriptor Describe()
    {
        const string Reflection = "Microsoft.Azure.Functions.Worker.Grpc.Messages.FunctionRpcReflection";
        var type = Assembly.Load("Microsoft.Azure.Functions.Worker.Grpc").GetType(Reflection, throwOnError: true)!;
        var file = (FileDescriptor)
            type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        return file.MessageTypes.Single(message => message.Name == "StreamingMessage");
    }
}
