using System.Globalization;

namespace Connectors.Cli.Demo;

/// <summary>The folder that the demo mirrors: recipes, the same ones every time.</summary>
/// <param name="folder">Where they are made.</param>
internal sealed class SampleFiles(string folder)
{
    /// <summary>Files at the start.</summary>
    public const int Count = 240;

    private static readonly string[] Dishes = ["soup", "salad", "curry", "stew", "pie", "noodles", "risotto", "bread"];
    private static readonly string[] Vegetables =
    [
        "pumpkin",
        "lentil",
        "tomato",
        "mushroom",
        "leek",
        "spinach",
        "potato",
        "chickpea",
        "carrot",
        "fennel",
    ];
    private static readonly string[] Spices = ["cumin", "nutmeg", "saffron"];

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>Makes all files.</summary>
    public void Create()
    {
        for (var number = 0; number < Count; number++)
        {
            var path = PathOf(number);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, Recipe(number));
        }
    }

    /// <summary>Adds new recipes.</summary>
    public void Add(int count)
    {
        Directory.CreateDirectory(Path.Combine(folder, "new"));
        for (var number = 0; number < count; number++)
        {
            File.WriteAllText(
                Path.Combine(folder, "new", $"dumplings-{(number + 1).ToString(CultureInfo.InvariantCulture)}.txt"),
                $"Dumplings number {number + 1}: new in the collection, filled with leek and ginger. Steam for ten minutes.\n"
            );
        }
    }

    /// <summary>Changes the first recipes.</summary>
    public void Change(int count)
    {
        for (var number = 0; number < count; number++)
        {
            File.AppendAllText(PathOf(number), "Tip of the cook: a squeeze of lemon before serving.\n");
        }
    }

    /// <summary>Removes the last recipes.</summary>
    public void Remove(int count)
    {
        for (var number = Count - count; number < Count; number++)
        {
            File.Delete(PathOf(number));
        }
    }

    private static string Dish(int number) => Dishes[number % Dishes.Length];

    private static string Vegetable(int number) => Vegetables[number / Dishes.Length % Vegetables.Length];

    private static string Spice(int number) => Spices[number / (Dishes.Length * Vegetables.Length) % Spices.Length];

    private string PathOf(int number) => Path.Combine(folder, Dish(number), $"{Vegetable(number)}-{Dish(number)}-with-{Spice(number)}.txt");

    private static string Recipe(int number) =>
        $"{Vegetable(number)} {Dish(number)} with {Spice(number)}\n\nServes {2 + (number % 5)}. Cut the {Vegetable(number)} into small "
        + "pieces and fry it gently. "
        + $"Add {Spice(number)}, salt and a little water, and let the {Dish(number)} cook for {15 + (number % 30)} minutes.\n";
}
