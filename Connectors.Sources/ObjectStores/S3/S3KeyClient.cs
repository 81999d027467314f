using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Model;

namespace Connectors.Sources.ObjectStores.S3;

/// <summary>The SDK's client, but it reads the object whose key it is given: the SDK takes slashes from the front of a key, and so reads
/// another object.</summary>
internal sealed class S3KeyClient : AmazonS3Client
{
    public S3KeyClient(AmazonS3Config settings)
        : base(settings) { }

    public S3KeyClient(AWSCredentials credentials, AmazonS3Config settings)
        : base(credentials, settings) { }

    /// <inheritdoc/>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        base.CustomizeRuntimePipeline(pipeline);

        // The signature is over the path with the whole key. The address is put together afterwards, which costs a slash once more where
        // the bucket is in the path.
        pipeline.AddHandlerBefore<Signer>(new WholeKey(string.Empty));
        pipeline.AddHandlerAfter<Signer>(new WholeKey("/"));
    }

    /// <summary>Puts a key that begins with a slash back into the path.</summary>
    private sealed class WholeKey(string before) : PipelineHandler
    {
        private const string KeyInPath = "{Key+}";

        public override void InvokeSync(IExecutionContext executionContext)
        {
            Restore(executionContext.RequestContext);
            base.InvokeSync(executionContext);
        }

        public override Task<T> InvokeAsync<T>(IExecutionContext executionContext)
        {
            Restore(executionContext.RequestContext);
            return base.InvokeAsync<T>(executionContext);
        }

        private void Restore(IRequestContext context)
        {
            if (context.OriginalRequest is GetObjectRequest { Key: ['/', ..] key })
            {
                var isBucketInPath = context.Request.Endpoint is { AbsolutePath.Length: > 1 };
                context.Request.PathResources[KeyInPath] = isBucketInPath ? before + key : key;
            }
        }
    }
}
