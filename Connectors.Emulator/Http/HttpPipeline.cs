using System.Buffers;
using System.IO.Compression;
using Connectors.Abstractions;
using Connectors.Emulator.Bulk;
using Connectors.Emulator.Faults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Connectors.Emulator.Http;

/// <summary>From the socket to a route and back: bodies, headers, faults, errors.</summary>
internal sealed class HttpPipeline(Router router, EmulatorOptions options, FaultPlan faults, RequestLog log, Action afterRequest)
{
    private readonly WritePace _pace = new(options.WritesPerSecond, options.TimeProvider);
    private readonly WritePace _inference = new(options.InferencesPerSecond, options.TimeProvider);

    public async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?')[0];
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        var body = await ReadBodyAsync(context);
        if (body is null)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            context.Response.Headers.Connection = "close";
            return;
        }

        var (bytes, length) = body.Value;
        try
        {
            var route = router.Find(request.Method, segments);
            var logged = new LoggedRequest(
                request.Method,
                path,
                request.QueryString.Value ?? "",
                route?.Name ?? "",
                bytes.AsMemory(0, length)
            )
            {
                Authorization = request.Headers.Authorization.ToString(),
                ProductOrigin = request.Headers["X-elastic-product-origin"].ToString(),
            };
            log.Begin(logged);
            var fault = await faults.ApplyBeforeAsync(logged, context.RequestAborted);
            if (fault is { Kind: FaultKind.CutBefore })
            {
                context.Abort();
                return;
            }

            using var exchange = new Exchange(request.Method, path, segments, request.Query, bytes.AsMemory(0, length))
            {
                WantsJson = request.Headers.Accept.ToString().Contains("json", StringComparison.OrdinalIgnoreCase),
            };
            if (fault?.Kind == FaultKind.RefuseCall)
            {
                exchange.Fail(fault.Error());
            }
            else
            {
                Run(exchange, route, request);
                afterRequest();
                await _pace.WaitAsync(exchange.Writes, context.RequestAborted);
                await _inference.WaitAsync(exchange.Inferences, context.RequestAborted);
            }

            log.End(logged with { Status = exchange.Status });
            if (fault?.Kind == FaultKind.CutAfter)
            {
                context.Abort();
                return;
            }

            await AnswerAsync(context, exchange);
        }
        finally
        {
            if (length > 0)
            {
                ArrayPool<byte>.Shared.Return(bytes);
            }
        }
    }

    private void Run(Exchange exchange, Route? route, HttpRequest request)
    {
        try
        {
            var refusal = LocalRequests.Of(request).Refusal("The emulator", MediaTypes.AlsoReadable);
            if (refusal is { Status: not StatusCodes.Status415UnsupportedMediaType })
            {
                throw new ElasticError(refusal.Status, "foreign_request_exception", refusal.Body["detail"]!.GetValue<string>()).Thrown();
            }

            if (options.Authorization is { Count: > 0 } accepted && !accepted.Contains(request.Headers.Authorization.ToString()))
            {
                throw new ElasticError(
                    401,
                    "security_exception",
                    $"missing authentication credentials for REST request [{exchange.Path}]"
                ).Thrown();
            }

            if (MediaTypes.Answer(request.Headers.Accept, out var version) is null)
            {
                throw MediaTypes.WrongVersion("Accept", request.Headers.Accept.ToString(), version).Thrown();
            }

            if (refusal is not null || (exchange.Body.Length > 0 && !MediaTypes.IsReadable(request.ContentType)))
            {
                exchange.Status = StatusCodes.Status406NotAcceptable;
                exchange.Json.WriteStartObject();
                exchange.Json.WriteString("error", $"Content-Type header [{request.ContentType}] is not supported");
                exchange.Json.WriteNumber("status", exchange.Status);
                exchange.Json.WriteEndObject();
                return;
            }

            if (route is null)
            {
                router.Refuse(exchange);
                return;
            }

            if (route.UnknownParameter(exchange.ParameterNames) is { } unknown)
            {
                throw ElasticErrors.IllegalArgument($"request [{exchange.Path}] contains unrecognized parameter: [{unknown}]").Thrown();
            }

            route.Handle(exchange);
        }
        catch (ElasticErrorException exception)
        {
            exchange.Fail(exception.Error);
        }
    }

    private static async Task AnswerAsync(HttpContext context, Exchange exchange)
    {
        exchange.Flush();
        var response = context.Response;
        response.StatusCode = exchange.Status;
        response.Headers["X-elastic-product"] = "Elasticsearch";
        LocalRequests.Secure(response);
        response.ContentType = exchange.TextType ?? MediaTypes.Answer(context.Request.Headers.Accept, out _) ?? MediaTypes.Json;
        if (exchange.Location is not null)
        {
            response.Headers.Location = exchange.Location;
        }

        if (exchange.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var output = exchange.Output;
        PooledBuffer? filtered = null;
        try
        {
            if (!exchange.IsFiltered && output.Length > 0 && exchange["filter_path"] is { Length: > 0 } patterns)
            {
                filtered = new PooledBuffer();
                await using var json = new System.Text.Json.Utf8JsonWriter(filtered);
                new FilterPath(patterns).Apply(output.WrittenSpan, json);
                await json.FlushAsync();
                output = filtered;
            }

            response.ContentLength = output.Length;
            if (context.Request.Method != "HEAD")
            {
                await response.BodyWriter.WriteAsync(output.WrittenMemory, context.RequestAborted);
            }
        }
        finally
        {
            filtered?.Dispose();
        }
    }

    /// <summary>The whole body in a pooled array; null when it is too large.</summary>
    private async Task<(byte[] Bytes, int Length)?> ReadBodyAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength > options.MaxBodyBytes)
        {
            return null;
        }

        if (
            request.ContentLength is null or 0
            && !request.Headers.TransferEncoding.ToString().Contains("chunked", StringComparison.OrdinalIgnoreCase)
            && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true
        )
        {
            return ([], 0);
        }

        var isGzip = request.Headers.ContentEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        await using var gzip = isGzip ? new GZipStream(request.Body, CompressionMode.Decompress) : null;
        var stream = gzip ?? request.Body;
        var bytes = ArrayPool<byte>.Shared.Rent((int)Math.Max(isGzip ? 64 * 1024 : request.ContentLength ?? 0, 4096));
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(bytes.AsMemory(length), context.RequestAborted);
            length += read;
            if (read == 0 || length == request.ContentLength && !isGzip)
            {
                break;
            }

            if (length > options.MaxBodyBytes)
            {
                ArrayPool<byte>.Shared.Return(bytes);
                return null;
            }

            if (length == bytes.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(bytes.Length * 2);
                bytes.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(bytes);
                bytes = larger;
            }
        }

        if (length == 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            return ([], 0);
        }

        return (bytes, length);
    }
}
