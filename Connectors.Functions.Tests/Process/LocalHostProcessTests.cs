using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.LocalHost.DevHost;
using Connectors.Tests.Support;
using Connectors.Tests.Support.Processes;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Process;

/// <summary>What <c>build.cs -- functions</c> starts.</summary>
[Collection("Azurite")]
public sealed partial class LocalHostProcessTests(AzuriteServer azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OnceSyncsTheSampleTwiceThroughTheApiAndEndsWithTheNumbers(bool hasAzurite)
    {
        await using var app = FunctionsProcess.Run(["--once", "--step", "50"], hasAzurite ? Azurite() : []);

        await app.ExitsWithAsync(0, Token);

        Assert.Contains(
            hasAzurite ? "- Staging is in Azurite, at http://127.0.0.1:" : "there is no Azurite here",
            app.Output,
            StringComparison.Ordinal
        );
        Assert.EndsWith("functions: indexed 5, updated 12, deleted 8\n---", app.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatAKilledProcessLeftBehindIsGoneOnWithAndAzuriteEndsWithIt(bool hasAzurite)
    {
        using var folder = new TemporaryFolder();
        var settings = hasAzurite ? Azurite() : [];
        string[] arguments = ["--folder", folder.Path, "--port", "0", "--step", "10"];
        await using var first = FunctionsProcess.Run(arguments, settings);
        var (api, connector) = await ReadyAsync(first);
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Ours = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            var kept = Directory.GetDirectories(folder.Path).Where(path => Path.GetFileName(path) != "notes").ToList();
            Assert.NotEmpty(kept);
            Assert.All(kept, path => Assert.Equal((path, Ours), (path, File.GetUnixFileMode(path))));
        }

        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(api, $"connectors/{connector}/syncs"), content: null, Token);
        var job = (await answer.Content.ReadFromJsonAsync<JsonObject>(Token))!["id"]!.GetValue<string>();
        first.Kill();
        await first.ExitsWithAsync(137, Token);
        if (hasAzurite)
        {
            var address = Address().Match(await first.WritesAsync("- Staging is in Azurite", Token)).Value;
            await Assert.ThrowsAsync<HttpRequestException>(() => UntilItIsGoneAsync(http, new Uri(address)));
        }

        await using var second = FunctionsProcess.Run(arguments, settings);
        var (next, same) = await ReadyAsync(second);

        Assert.Equal(connector, same);
        await second.WritesAsync($"The orchestration of sync {job} of connector {connector} ends: completed", Token);
        var sync = (await http.GetFromJsonAsync<JsonObject>(new Uri(next, $"syncs/{job}"), Token))!;
        Assert.Equal(("completed", 120), (sync["status"]!.GetValue<string>(), sync["indexedDocuments"]!.GetValue<int>()));
        second.Terminate();
        await second.ExitsWithAsync(0, Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AttachedItEndsInOrderWhenWhatStartedItIsGone(bool hasAzurite)
    {
        await using var app = FunctionsProcess.Run(["--attached", "--port", "0"], hasAzurite ? Azurite() : []);
        await ReadyAsync(app);

        app.CloseInput();

        await app.ExitsWithAsync(0, Token);
        if (hasAzurite)
        {
            using var http = new HttpClient();
            var address = Address().Match(await app.WritesAsync("- Staging is in Azurite", Token)).Value;
            await Assert.ThrowsAsync<HttpRequestException>(() => UntilItIsGoneAsync(http, new Uri(address)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AWrongConfigurationDoesNotKeepItFromStarting(bool isEmulated)
    {
        List<(string, string)> settings = [("Connectors__service__idling", "abc")];
        if (!isEmulated)
        {
            settings.Add(("Connectors__elasticsearch__host", "http://127.0.0.1:1"));
        }

        await using var app = FunctionsProcess.Run(["--port", "0"], settings);
        var line = await app.WritesAsync("- Elasticsearch is at ", Token);
        await app.WritesAsync("- All of it is lost at the end", Token);
        using var http = new HttpClient();

        using var answer = await http.GetAsync(new Uri(HealthAddress().Match(line).Value), Token);

        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("service.idling", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        app.Terminate();
        await app.ExitsWithAsync(0, Token);
        Assert.Equal(isEmulated, app.Output.Contains("the sample folder is not mirrored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ATakenPortIsToldWithTheWayOut()
    {
        await using var first = FunctionsProcess.Run(["--port", "0"]);
        var port = (await ReadyAsync(first)).Api.Port;

        await using var second = FunctionsProcess.Run(["--port", $"{port}"]);

        await second.ExitsWithAsync(1, Token);
        Assert.Contains($"Port {port} of 127.0.0.1 is taken by another program.", second.Output, StringComparison.Ordinal);
        Assert.Contains("--port 0 any that is free", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderIsUsedByOneProcessAndTheOtherSaysSo()
    {
        using var folder = new TemporaryFolder();
        string[] arguments = ["--folder", folder.Path, "--port", "0"];
        await using var first = FunctionsProcess.Run(arguments);
        await ReadyAsync(first);

        await using var second = FunctionsProcess.Run(arguments);

        await second.ExitsWithAsync(1, Token);
        Assert.Contains(
            $"The emulator's data folder '{Path.Combine(folder.Path, "elasticsearch")}' is used by another process.",
            second.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("or choose another folder. --folder PATH takes another one.", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
        first.Terminate();
        await first.ExitsWithAsync(0, Token);
    }

    [Theory]
    [InlineData("--onec", "--onec: there is no such option. Did you mean --once?")]
    [InlineData("--prot,1", "--prot: there is no such option. Did you mean --port?")]
    [InlineData("--everything", "--everything: there is no such option.")]
    [InlineData("--folder", "--folder: a value is missing.")]
    [InlineData("--port,70000", "--port: '70000' is not a port, 0 to 65535.")]
    [InlineData("--step,0", "--step: '0' is not a number of documents, 1 to 1000000.")]
    [InlineData("--once,--folder,x", "--once counts from an empty index and keeps nothing: it takes no --folder.")]
    public void AWrongCommandLineIsToldWhatIsWrong(string arguments, string expected)
    {
        Assert.False(LocalArguments.TryParse(arguments.Split(','), out _, out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void ThePortIsThatOfCoreToolsUnlessToldOtherwise()
    {
        Assert.True(LocalArguments.TryParse([], out var plain, out _));
        Assert.True(LocalArguments.TryParse(["--port", "0", "--folder", "x"], out var told, out _));

        Assert.Equal((7071, null, null, false), (plain.Port, plain.Folder, plain.Step, plain.IsOnce));
        Assert.Equal((0, Path.GetFullPath("x")), (told.Port, told.Folder));
        Assert.True(LocalArguments.TryParse(["--attached", "--once"], out var attached, out _));
        Assert.Equal((true, true, false), (attached.IsAttached, attached.IsOnce, plain.IsAttached));
    }

    private static async Task<(Uri Api, string Connector)> ReadyAsync(FunctionsProcess app)
    {
        var match = Sync().Match(await app.WritesAsync("- Start a sync: ", Token));
        Assert.True(match.Success, app.Output);
        return (new Uri(match.Groups["api"].Value), match.Groups["connector"].Value);
    }

    /// <summary>Asks until nobody answers any more.</summary>
    private static async Task UntilItIsGoneAsync(HttpClient http, Uri address)
    {
        while (true)
        {
            using var answer = await http.GetAsync(address, Token);
        }
    }

    [GeneratedRegex(@"curl -X POST (?<api>\S+/api/)connectors/(?<connector>[^/]+)/syncs", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Sync();

    [GeneratedRegex(@"http://\S+", RegexOptions.None, 5000)]
    private static partial Regex Address();

    [GeneratedRegex(@"http://\S+/api/health", RegexOptions.None, 5000)]
    private static partial Regex HealthAddress();

    private (string Name, string Value)[] Azurite()
    {
        Assert.SkipUnless(azurite.Missing.Length == 0, azurite.Missing);
        return [("CONNECTORS_AZURITE", AzuriteServer.Script)];
    }
}
