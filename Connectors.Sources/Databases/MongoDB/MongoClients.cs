using Connectors.Abstractions;
using MongoDB.Driver;
using MongoDB.Driver.Core.Servers;

namespace Connectors.Sources.Databases.MongoDB;

/// <summary>Makes the driver's client from the configuration. The host may be a name, a name and port, or a whole connection
/// string.</summary>
internal static class MongoClients
{
    private static readonly TimeSpan ServerSelectionTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SocketTimeout = TimeSpan.FromMinutes(2);

    /// <exception cref="ConnectorException">The host or the certificate is not valid.</exception>
    public static MongoClient Create(MongoConfiguration configuration)
    {
        var settings = Settings(configuration);
        if (configuration.SslEnabled)
        {
            settings.UseTls = true;
            settings.AllowInsecureTls = configuration.TlsInsecure;
            if (!configuration.TlsInsecure)
            {
                settings.SslSettings = new SslSettings
                {
                    ServerCertificateValidationCallback = CertificateAuthorities.Trust(
                        configuration.SslCa.Length > 0
                            ? CertificateAuthorities.Parse(CertificateAuthorities.SslCa, configuration.SslCa)
                            : null
                    ),
                };
            }
        }

        // Polling needs half the connections of streaming. A sync gains nothing from learning of a failover a second earlier.
        settings.ServerMonitoringMode = ServerMonitoringMode.Poll;
        settings.ReadConcern = ReadConcern.Majority;
        settings.RetryReads = true;
        settings.ApplicationName ??= "connectors";
        return new MongoClient(settings);
    }

    private static MongoClientSettings Settings(MongoConfiguration configuration)
    {
        var host = configuration.Host;
        var text = host.Contains("://", StringComparison.Ordinal) ? host : $"mongodb://{host}";
        try
        {
            var url = new MongoUrlBuilder(text);
            if (configuration.User.Length > 0)
            {
                url.Username = configuration.User;
                url.Password = configuration.Password?.Reveal() ?? string.Empty;
            }

            if (configuration.DirectConnection)
            {
                url.DirectConnection = true;
            }

            if (!text.Contains("serverSelectionTimeout", StringComparison.OrdinalIgnoreCase))
            {
                url.ServerSelectionTimeout = ServerSelectionTimeout;
            }

            if (!text.Contains("socketTimeout", StringComparison.OrdinalIgnoreCase))
            {
                url.SocketTimeout = SocketTimeout;
            }

            return MongoClientSettings.FromUrl(url.ToMongoUrl());
        }
        catch (Exception exception)
            when (exception is MongoConfigurationException or FormatException or ArgumentException or InvalidOperationException)
        {
            // The driver's message repeats the connection string, and that may hold a password.
            throw new ConnectorException(
                "host: not a MongoDB address. Use NAME, NAME:PORT, mongodb://NAME:PORT/ or mongodb+srv://NAME/, and percent-encode "
                    + "special characters in options."
            );
        }
    }
}
