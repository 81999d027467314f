using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Connectors.Emulator.Http;

namespace Connectors.Emulator.Indices;

/// <summary>All indices, their aliases and the templates by which they come to be.</summary>
internal sealed class Cluster(EmulatorOptions options, Durability.DataFolder? data)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, EmulatedIndex> _indices = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AliasTargets> _aliases = new(StringComparer.Ordinal);

    public TimeProvider Time => options.TimeProvider;

    public ConcurrentDictionary<string, JsonObject> Templates { get; } = new(StringComparer.Ordinal);

    public IEnumerable<EmulatedIndex> Indices => _indices.Values.OrderBy(index => index.Name, StringComparer.Ordinal);

    public IReadOnlyDictionary<string, AliasTargets> Aliases => _aliases;

    /// <summary>The index of this name, or behind the alias of this name; null when there is none.</summary>
    public EmulatedIndex? Find(string name)
    {
        if (_indices.TryGetValue(name, out var index))
        {
            return index;
        }

        return _aliases.TryGetValue(name, out var targets) && targets.Writable is { } target && _indices.TryGetValue(target, out index)
            ? index
            : null;
    }

    /// <exception cref="ElasticErrorException">404 when there is none.</exception>
    public EmulatedIndex Get(string name) => Find(name) ?? throw ElasticErrors.NoSuchIndex(name).Thrown();

    public bool IsAlias(string name) => _aliases.ContainsKey(name);

    /// <summary>The index to write to, made when it is missing, as Elasticsearch does.</summary>
    public EmulatedIndex GetOrCreate(string name) => Find(name) ?? CreateOnWrite(name);

    /// <summary>Names, aliases and patterns, separated by commas, to indices in the order of their names.</summary>
    /// <exception cref="ElasticErrorException">404 for a plain name that is missing, unless that is to be ignored.</exception>
    public List<EmulatedIndex> Resolve(string expression, bool ignoreUnavailable = false, bool withHidden = false)
    {
        var found = new SortedDictionary<string, EmulatedIndex>(StringComparer.Ordinal);
        foreach (var part in expression.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part is "_all" || part.Contains('*', StringComparison.Ordinal))
            {
                var pattern = part == "_all" ? "*" : part;
                foreach (var index in _indices.Values)
                {
                    var isHidden = index.Settings.IsHidden || index.Name[0] == '.';
                    if (
                        (Wildcard.Matches(pattern, index.Name) || AliasesOf(index.Name).Any(alias => Wildcard.Matches(pattern, alias)))
                        && (!isHidden || withHidden || pattern[0] == '.')
                    )
                    {
                        found[index.Name] = index;
                    }
                }
            }
            else if (_aliases.TryGetValue(part, out var targets))
            {
                foreach (var target in targets.Indices.Keys)
                {
                    found[target] = _indices[target];
                }
            }
            else if (_indices.TryGetValue(part, out var index))
            {
                found[part] = index;
            }
            else if (!ignoreUnavailable)
            {
                throw ElasticErrors.NoSuchIndex(part).Thrown();
            }
        }

        return [.. found.Values];
    }

    public EmulatedIndex Create(string name, JsonNode? settings, JsonNode? mappings, JsonNode? aliases)
    {
        IndexNames.Check(name);
        lock (_lock)
        {
            if (_indices.TryGetValue(name, out var existing))
            {
                throw new ElasticError(400, "resource_already_exists_exception", $"index [{name}/{existing.Uuid}] already exists")
                {
                    Details = [("index_uuid", existing.Uuid), ("index", name)],
                }.Thrown();
            }

            if (_aliases.ContainsKey(name))
            {
                throw new ElasticError(400, "invalid_index_name_exception", $"Invalid index name [{name}], already exists as alias")
                {
                    Details = [("index_uuid", "_na_"), ("index", name)],
                }.Thrown();
            }

            var all = new IndexSettings();
            var template = TemplateFor(name);
            all.Merge(template?["settings"]);
            all.Merge(settings);
            var index = new EmulatedIndex(name, Identifiers.New(), Time.GetUtcNow().ToUnixTimeMilliseconds(), all);
            foreach (var mapping in (JsonNode?[])[template?["mappings"], mappings])
            {
                if (mapping is not null)
                {
                    index.Mapping.Merge(Json.Object(mapping, "mappings"));
                }
            }

            data?.Attach(index);
            _indices[name] = index;
            foreach (var source in (JsonNode?[])[template?["aliases"], aliases])
            {
                foreach (var (alias, options) in (source as JsonObject) ?? [])
                {
                    SetAlias(alias, name, Json.Text(options?["is_write_index"]) is { } write ? write == "true" : null);
                }
            }

            data?.Saved(this);
            return index;
        }
    }

    public void Delete(IEnumerable<EmulatedIndex> indices)
    {
        lock (_lock)
        {
            foreach (var index in indices)
            {
                _indices.TryRemove(index.Name, out _);
                foreach (var alias in AliasesOf(index.Name).ToList())
                {
                    RemoveAlias(alias, index.Name);
                }

                data?.Drop(index);
            }

            data?.Saved(this);
        }
    }

    /// <summary>Names of the aliases of an index.</summary>
    public IEnumerable<string> AliasesOf(string index) =>
        _aliases.Where(alias => alias.Value.Indices.ContainsKey(index)).Select(alias => alias.Key).Order(StringComparer.Ordinal);

    public void SetAlias(string alias, string index, bool? isWriteIndex)
    {
        IndexNames.Check(alias);
        lock (_lock)
        {
            if (_indices.ContainsKey(alias))
            {
                throw new ElasticError(
                    400,
                    "invalid_alias_name_exception",
                    $"Invalid alias name [{alias}]: an index or data stream exists with the same name as the alias"
                )
                {
                    Details = [("index_uuid", "_na_"), ("index", alias)],
                }.Thrown();
            }

            _aliases[alias] = (_aliases.GetValueOrDefault(alias) ?? AliasTargets.None).With(index, isWriteIndex);
            data?.Saved(this);
        }
    }

    public bool RemoveAlias(string alias, string index)
    {
        lock (_lock)
        {
            if (!_aliases.TryGetValue(alias, out var targets) || !targets.Indices.ContainsKey(index))
            {
                return false;
            }

            var rest = targets.Without(index);
            if (rest.Indices.Count == 0)
            {
                _aliases.TryRemove(alias, out _);
            }
            else
            {
                _aliases[alias] = rest;
            }

            data?.Saved(this);
            return true;
        }
    }

    /// <summary>Tells the data folder that a mapping or setting has changed.</summary>
    public void Changed() => data?.Saved(this);

    /// <summary>Puts back what a data folder has kept.</summary>
    internal void Restore(EmulatedIndex index) => _indices[index.Name] = index;

    internal void RestoreAlias(string alias, string index, bool? isWriteIndex) =>
        _aliases[alias] = (_aliases.GetValueOrDefault(alias) ?? AliasTargets.None).With(index, isWriteIndex);

    private EmulatedIndex CreateOnWrite(string name)
    {
        lock (_lock)
        {
            if (Find(name) is { } meanwhile)
            {
                return meanwhile;
            }

            if (_aliases.ContainsKey(name))
            {
                throw ElasticErrors
                    .IllegalArgument(
                        $"no write index is defined for alias [{name}]. The write index may be explicitly disabled using "
                            + "is_write_index=false or the alias points to multiple indices without one being designated as a write index"
                    )
                    .Thrown();
            }

            return options.WithoutConnectorIndices || ConnectorIndices.Find(name) is not { } definition
                ? Create(name, null, null, null)
                // A service may have made the index itself, without its alias.
                : _indices.GetValueOrDefault(definition.Index)
                    ?? Create(definition.Index, definition.Settings, definition.Mappings, definition.Aliases);
        }
    }

    /// <summary>The template of highest priority whose patterns fit.</summary>
    private JsonObject? TemplateFor(string index) =>
        Templates
            .Values.Where(template =>
                (template["index_patterns"] as JsonArray)?.Any(pattern => Wildcard.Matches(Json.Text(pattern) ?? "", index)) == true
            )
            .OrderByDescending(template => template["priority"] is { } priority ? Json.Whole(priority) : 0)
            .FirstOrDefault()
            ?["template"] as JsonObject;
}
