namespace Connectors.Cli.Init;

/// <summary>What the command line says already; <see langword="null"/> is to be asked for, or left out.</summary>
internal sealed record InitOptions
{
    /// <summary>Where config.yml goes.</summary>
    public required string File { get; init; }

    /// <summary>Whether a file that exists may be replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Whether nothing may be asked.</summary>
    public bool NoInput { get; init; }

    /// <summary>Address of Elasticsearch.</summary>
    public string? Host { get; init; }

    /// <summary>API key, where it stands (<see cref="Input.IndirectValue"/>).</summary>
    public string? ApiKey { get; init; }

    /// <summary>User.</summary>
    public string? Username { get; init; }

    /// <summary>Password, where it stands.</summary>
    public string? Password { get; init; }

    /// <summary>Whether the cluster wants no credentials.</summary>
    public bool NoCredentials { get; init; }

    /// <summary>PEM file.</summary>
    public string? CaCerts { get; init; }

    /// <summary>Fingerprint of the certificate authority.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Whether no connector is made.</summary>
    public bool NoSource { get; init; }

    /// <summary>The source.</summary>
    public string? ServiceType { get; init; }

    /// <summary>Values of its fields, as <c>field=value</c>.</summary>
    public IReadOnlyList<string> Set { get; init; } = [];

    /// <summary>The content index.</summary>
    public string? Index { get; init; }

    /// <summary>The connector's name.</summary>
    public string? Name { get; init; }

    /// <summary>The connector's id.</summary>
    public string? Id { get; init; }

    /// <summary>When it syncs by itself.</summary>
    public string? Schedule { get; init; }

    /// <summary>Fields that are searched by meaning, as <c>FIELD</c> or <c>FIELD=INFERENCE_ID</c>, separated by blanks.</summary>
    public string? SemanticText { get; init; }
}
