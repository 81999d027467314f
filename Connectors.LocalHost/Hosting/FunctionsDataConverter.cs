using System.Text.Json;
using Microsoft.DurableTask;

namespace Connectors.LocalHost.Hosting;

/// <summary>The worker's own serializer: System.Text.Json with what the app has configured, by the type that a value really has.</summary>
internal sealed class FunctionsDataConverter(JsonSerializerOptions options) : DataConverter
{
    public override string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), options);

    public override object? Deserialize(string? data, Type targetType) =>
        data is null ? null : JsonSerializer.Deserialize(data, targetType, options);
}
