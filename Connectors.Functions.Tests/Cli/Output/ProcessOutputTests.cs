using System.Text;
using Connectors.Cli.Output;
using Xunit;

namespace Connectors.Tests.Cli.Output;

/// <summary>The bottom of standard output: what can't be written is lost, and nothing else.</summary>
public sealed class ProcessOutputTests
{
    private static readonly (string Written, Func<TextWriter, Task> Write)[] Writes =
    [
        ("a", writer => Done(() => writer.Write('a'))),
        ("bc", writer => Done(() => writer.Write("abcd".ToCharArray(), 1, 2))),
        ("ab", writer => Done(() => writer.Write("ab".ToCharArray()))),
        ("ab", writer => Done(() => writer.Write("ab".AsSpan()))),
        ("ab", writer => Done(() => writer.Write("ab"))),
        ("7", writer => Done(() => writer.Write(7))),
        ("\n", writer => Done(writer.WriteLine)),
        ("ab\n", writer => Done(() => writer.WriteLine("ab"))),
        ("a", writer => writer.WriteAsync('a')),
        ("ab", writer => writer.WriteAsync("ab")),
        ("ab", writer => writer.WriteAsync("ab".AsMemory())),
        ("\n", writer => writer.WriteLineAsync()),
        ("ab\n", writer => writer.WriteLineAsync("ab")),
        ("", writer => Done(writer.Flush)),
        ("", writer => writer.FlushAsync()),
    ];

    [Fact]
    public async Task EveryWayToWriteIsTriedAgainAndToldOnce()
    {
        foreach (var (written, write) in Writes)
        {
            var told = new List<string>();
            var disk = new Disk { Failure = new IOException("No space left on device") };
            var output = new ProcessOutput(disk, told.Add);

            await write(output);
            await write(output);

            Assert.True(output.HasLost);
            Assert.Equal(["No space left on device"], told);
            Assert.Equal("", disk.ToString());
            disk.Failure = null;
            await write(output);
            Assert.Equal(written, disk.ToString());
        }
    }

    [Fact]
    public void AnOutputThatIsClosedIsNamedSo()
    {
        var told = new List<string>();
        var output = new ProcessOutput(new Disk { Failure = new UnauthorizedAccessException("Access to the path is denied.") }, told.Add);
        var disposed = new ProcessOutput(new Disk { Failure = new ObjectDisposedException("stream") }, told.Add);

        output.WriteLine("a");
        disposed.WriteLine("a");

        Assert.Equal(Enumerable.Repeat("it is closed, or was not opened for writing", 2), told);
    }

    [Fact]
    public void WhatNobodyIsToldOfIsLostAllTheSame()
    {
        var output = new ProcessOutput(new Disk { Failure = new IOException("No space left on device") });

        output.WriteLine("a");

        Assert.True(output.HasLost);
    }

    [Fact]
    public void AFaultOfTheProgramIsNoLoss()
    {
        var output = new ProcessOutput(new Disk { Failure = new InvalidOperationException("a fault") });

        Assert.Throws<InvalidOperationException>(() => output.WriteLine("a"));
        Assert.False(output.HasLost);
    }

    private static Task Done(Action write)
    {
        write();
        return Task.CompletedTask;
    }

    private sealed class Disk : TextWriter
    {
        private readonly StringBuilder _written = new();

        public Disk() => NewLine = "\n";

        public Exception? Failure { get; set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => _written.Append(Failure is null ? value : throw Failure);

        public override void Flush()
        {
            if (Failure is not null)
            {
                throw Failure;
            }
        }

        public override string ToString() => _written.ToString();
    }
}
