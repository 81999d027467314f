using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Connectors.Abstractions;
using Connectors.Sources.ObjectStores.S3;
using Connectors.Sync.Content;
using Connectors.Testing;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sources.ObjectStores.S3;

/// <summary>One round trip against a server that is not ours. <c>CONNECTORS_S3RVER</c> names the start script of s3rver; without it npm is
/// asked for one.</summary>
public sealed class S3rverTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatWasPutIntoAnotherServerIsRead()
    {
        if (await FindScriptAsync() is not { } script)
        {
            TestContext.Current.SendDiagnosticMessage("s3rver can't be had here, so only our own S3 server was asked.");
            return;
        }

        // Its page tokens are made with a cipher that today's OpenSSL only has when asked.
        using var folder = TemporaryFolder.With("ready");
        using var server = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(
                "node",
                ["--openssl-legacy-provider", script, "-d", folder.Path, "-a", "127.0.0.1", "-p", "0", "--configure-bucket", "mirror"]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        try
        {
            var address = await AddressAsync(server);
            string[] keys = ["a.txt", "b/1.txt", "b/2 and+more.txt", "c/ü/3.txt", "z"];
            await PutAsync(address, keys);
            await AssertReadAsync(address, keys);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task AssertReadAsync(string address, string[] keys)
    {
        var values = new JsonObject
        {
            ["buckets"] = "*",
            ["aws_access_key_id"] = "S3RVER",
            ["aws_secret_access_key"] = "S3RVER",
            ["endpoint_url"] = address,
            ["force_path_style"] = true,
            ["page_size"] = 2,
        };
        var configuration = new JsonObject(
            values.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, new JsonObject { ["value"] = pair.Value!.DeepClone() }))
        );
        await using var source = new S3DataSource(
            new SourceContext { Settings = SourceSettings.FromConfiguration(configuration, S3Configuration.Fields) }
        );
        await source.PingAsync(Cancellation);
        foreach (var wanted in new[] { 1, 3 })
        {
            var pages = await source.AllAsync(wanted, new PageLimits(2, int.MaxValue), Cancellation);
            Assert.Equal(keys, pages.Documents().Select(document => document.Json().GetProperty("filename").GetString()));
            foreach (
                var content in pages
                    .SelectMany(page => page.Contents)
                    .Where(content => content.FileName.EndsWith(".txt", StringComparison.Ordinal))
            )
            {
                using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
                Assert.EndsWith(content.FileName, Encoding.UTF8.GetString(text.Utf8.Span), StringComparison.Ordinal);
            }
        }
    }

    private static async Task PutAsync(string address, string[] keys)
    {
        using var client = new AmazonS3Client(
            new BasicAWSCredentials("S3RVER", "S3RVER"),
            new AmazonS3Config
            {
                ServiceURL = address,
                ForcePathStyle = true,
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            }
        );
        foreach (var key in keys)
        {
            await client.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = "mirror",
                    Key = key,
                    ContentBody = key,
                    UseChunkEncoding = false,
                },
                Cancellation
            );
        }
    }

    private static async Task<string> AddressAsync(System.Diagnostics.Process server)
    {
        while (await server.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.Contains("listening on", StringComparison.Ordinal))
            {
                return $"http://127.0.0.1:{line[(line.LastIndexOf(':') + 1)..].Trim()}";
            }
        }

        throw new InvalidOperationException($"s3rver ended: {await server.StandardError.ReadToEndAsync(Cancellation)}");
    }

    private static async Task<string?> FindScriptAsync()
    {
        if (Environment.GetEnvironmentVariable("CONNECTORS_S3RVER") is { Length: > 0 } named)
        {
            return named;
        }

        var folder = Path.Combine(AppContext.BaseDirectory, "npm");
        var script = Path.Combine(folder, "node_modules", "s3rver", "bin", "s3rver.js");
        if (!File.Exists(script))
        {
            try
            {
                using var npm = System.Diagnostics.Process.Start(
                    new System.Diagnostics.ProcessStartInfo(
                        "npm",
                        ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", "s3rver@3.7.1"]
                    )
                    {
                        UseShellExecute = false,
                        RedirectStandardOutput = true,
                        RedirectStandardError = true,
                    }
                )!;
                await Task.WhenAll(
                    npm.StandardOutput.ReadToEndAsync(Cancellation),
                    npm.StandardError.ReadToEndAsync(Cancellation),
                    npm.WaitForExitAsync(Cancellation)
                );
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }

        return File.Exists(script) ? script : null;
    }
}
