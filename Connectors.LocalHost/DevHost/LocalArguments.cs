using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Connectors.Sync.Configuration.Settings;

namespace Connectors.LocalHost.DevHost;

/// <summary>What the command line asks for.</summary>
internal sealed record LocalArguments
{
    public const string Usage = """
        Usage: Connectors.LocalHost [--folder PATH] [--port N] [--step N] [--attached]
               Connectors.LocalHost --once [--step N] [--attached]
               Connectors.LocalHost --help

          --folder PATH   keeps everything there: histories, staging, the emulated Elasticsearch, the sample. Started again with it the app
                          goes on where it was, however it ended. Without it a temporary folder is used, and deleted at the end
          --port N        where the app listens on 127.0.0.1; 7071 unless told otherwise, 0 for any that is free
          --step N        documents that an activity reads at most: a small number makes many activities of few documents
          --once          tries the app with the sample folder and ends
          --attached      ends when its standard input does: it goes when the program that started it goes, also when that is killed

        """;

    /// <summary>Only says how it is used.</summary>
    public bool IsHelp { get; private init; }

    /// <summary>Tries the app and ends.</summary>
    public bool IsOnce { get; private init; }

    /// <summary>Ends with its standard input.</summary>
    public bool IsAttached { get; private init; }

    /// <summary>Where everything is kept; <see langword="null"/> for a temporary folder.</summary>
    public string? Folder { get; private init; }

    /// <summary>The port on 127.0.0.1; 0 for any.</summary>
    public int Port { get; private init; }

    /// <summary>Documents that an activity reads at most; <see langword="null"/> for as many as in production.</summary>
    public int? Step { get; private init; }

    /// <summary>Reads a command line.</summary>
    /// <param name="problem">What is wrong with it.</param>
    public static bool TryParse(IReadOnlyList<string> arguments, [NotNullWhen(true)] out LocalArguments? parsed, out string problem)
    {
        (parsed, problem) = (null, string.Empty);
        if (arguments.Any(argument => argument is "-h" or "--help"))
        {
            parsed = new LocalArguments { IsHelp = true };
            return true;
        }

        var result = new LocalArguments { IsOnce = arguments.Contains("--once"), Port = arguments.Contains("--once") ? 0 : 7071 };
        for (var place = 0; place < arguments.Count; place++)
        {
            var name = arguments[place];
            if (name == "--once")
            {
                continue;
            }

            if (name == "--attached")
            {
                result = result with { IsAttached = true };
                continue;
            }

            if (name is not ("--folder" or "--port" or "--step"))
            {
                string[] known = ["--once", "--folder", "--port", "--step", "--attached", "--help"];
                var near = KeySuggestion.Nearest(name, known);
                problem = $"{name}: there is no such option.{(near is null ? "" : $" Did you mean {near}?")}";
                return false;
            }

            if (++place == arguments.Count)
            {
                problem = $"{name}: a value is missing.";
                return false;
            }

            var value = arguments[place];
            var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            if (name == "--folder" && value.Length > 0)
            {
                result = result with { Folder = Path.GetFullPath(value) };
            }
            else if (name == "--port" && isNumber && number <= 65_535)
            {
                result = result with { Port = number };
            }
            else if (name == "--step" && isNumber && number is >= 1 and <= 1_000_000)
            {
                result = result with { Step = number };
            }
            else
            {
                var right = name switch
                {
                    "--folder" => "a folder",
                    "--port" => "a port, 0 to 65535",
                    _ => "a number of documents, 1 to 1000000",
                };
                problem = $"{name}: '{value}' is not {right}.";
                return false;
            }
        }

        if (result is { IsOnce: true, Folder: not null })
        {
            problem = "--once counts from an empty index and keeps nothing: it takes no --folder.";
            return false;
        }

        parsed = result;
        return true;
    }
}
