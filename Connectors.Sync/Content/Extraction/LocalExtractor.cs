using System.Globalization;
using Connectors.Abstractions;

namespace Connectors.Sync.Content.Extraction;

/// <summary>Reads files in processes of their own on this machine.</summary>
internal sealed class LocalExtractor(ExtractionPool pool, LocalExtractionOptions options, int maxTextBytes, TimeProvider time)
    : IContentExtractor
{
    // 128 + SIGKILL: somebody else ended the process, the system for want of memory most likely.
    private const int Killed = 137;

    public IReadOnlySet<string> Extensions => ExtractableFileTypes.Locally;

    public async Task<ContentText> ExtractAsync(string fileName, PooledBuffer bytes, CancellationToken cancellationToken)
    {
        using (bytes)
        {
            var request = ExtractionFrame.Request(maxTextBytes, (int)options.TimeLimit.TotalMilliseconds, fileName);

            // A process that read other files before may have failed because of them: a fresh one has the last word.
            return await TryAsync(fileName, request, bytes, isLast: false, cancellationToken)
                ?? (await TryAsync(fileName, request, bytes, isLast: true, cancellationToken))!;
        }
    }

    /// <summary>Reads the file once; <see langword="null"/> when that should be tried again.</summary>
    private async Task<ContentText?> TryAsync(
        string fileName,
        byte[] request,
        PooledBuffer bytes,
        bool isLast,
        CancellationToken cancellationToken
    )
    {
        var process = await TakeAsync(isFresh: isLast, cancellationToken);
        var isFresh = process.FilesRead == 0;
        using var late = new CancellationTokenSource(options.TimeLimit, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        ExtractionResult result;
        try
        {
            result = await process.ExtractAsync(request, bytes.WrittenMemory, maxTextBytes, ended.Token);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            var exitCode = await pool.DiscardAsync(process);
            cancellationToken.ThrowIfCancellationRequested();
            return late.IsCancellationRequested
                    ? Failed(
                        // Kept waiting by a busy machine it may do better next time; what had the processor has had its time.
                        process.Worked < options.TimeLimit / 2 ? ContentOutcome.Unreadable : ContentOutcome.NotExtractable,
                        fileName,
                        $"it took longer than {options.TimeLimit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s "
                            + "(local_extraction.timeout)"
                    )
                : !isFresh && !isLast ? null
                : failure is InvalidDataException
                    ? Failed(ContentOutcome.NotExtractable, fileName, "the process that read it did not answer as it should")
                : exitCode == Killed ? Failed(ContentOutcome.Unreadable, fileName, "the process that read it was killed from outside")
                : Failed(
                    ContentOutcome.NotExtractable,
                    fileName,
                    string.Create(CultureInfo.InvariantCulture, $"it brought down the process that read it (exit code {exitCode})")
                );
        }

        if (result.Outcome == ExtractionOutcome.OutOfMemory)
        {
            await pool.DiscardAsync(process);
            result.Text.Dispose();
            return !isFresh && !isLast
                ? null
                : Failed(
                    ContentOutcome.NotExtractable,
                    fileName,
                    $"it needs more than {options.MemoryLimitBytes / 1024 / 1024} MiB of memory (local_extraction.max_memory)"
                );
        }

        await pool.ReturnAsync(process);
        if (result.Outcome is ExtractionOutcome.Whole or ExtractionOutcome.Cut)
        {
            return ContentText.Of(result.Text);
        }

        result.Text.Dispose();
        return result.Outcome == ExtractionOutcome.Unknown
            ? ContentText.None(ContentOutcome.NotText, "it is of no kind that holds text")
            : Failed(ContentOutcome.NotExtractable, fileName, result.Reason);
    }

    private async Task<ExtractionProcess> TakeAsync(bool isFresh, CancellationToken cancellationToken)
    {
        while (true)
        {
            var process = await pool.TakeAsync(cancellationToken);
            if (!isFresh || process.FilesRead == 0)
            {
                return process;
            }

            await pool.DiscardAsync(process);
        }
    }

    private static ContentText Failed(ContentOutcome outcome, string fileName, string reason) =>
        ContentText.None(outcome, $"{fileName}: its content can't be extracted: {reason}.");
}
