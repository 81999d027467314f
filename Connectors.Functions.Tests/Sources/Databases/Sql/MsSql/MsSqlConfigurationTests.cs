using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MsSql;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql;

public sealed class MsSqlConfigurationTests
{
    private static readonly string[] PythonServices =
    [
        "host",
        "port",
        "username",
        "password",
        "database",
        "tables",
        "schema",
        "ssl_enabled",
        "ssl_ca",
        "validate_host",
    ];

    [Fact]
    public void TheFieldsOfThePythonServiceAreHereBesideOurs() =>
        Assert.Equal(
            [
                .. PythonServices,
                "auth_method",
                "client_id",
                "client_secret",
                "identity_client_id",
                "incremental_column",
                "statement_timeout",
                "tenant_id",
            ],
            MsSqlConfiguration
                .Fields.Select(field => field.Name)
                .OrderBy(name => Array.IndexOf(PythonServices, name) is var place and >= 0 ? place : int.MaxValue)
                .ThenBy(name => name, StringComparer.Ordinal)
        );

    [Fact]
    public void WhatIsEmptyHasTheUsualValue()
    {
        var configuration = Of();
        Assert.Equal((1433, "dbo", true), (configuration.Port, configuration.Schema, configuration.ValidatesHost));
        Assert.Null(configuration.Entra);
    }

    [Fact]
    public void AnAppAndAnIdentitySignInWithoutAUser()
    {
        var app = Of(
            ("auth_method", "secret"),
            ("username", ""),
            ("tenant_id", "example.com"),
            ("client_id", "c"),
            ("client_secret", "s"),
            ("ssl_enabled", true)
        );
        Assert.Equal(("example.com", "c", "s"), (app.Entra!.Tenant, app.Entra.ClientId, app.Entra.Secret!.Reveal()));
        var identity = Of(("auth_method", "managed_identity"), ("username", ""), ("ssl_enabled", true));
        Assert.Equal(new MsSqlEntra(null, null, null), identity.Entra);
    }

    [Theory]
    [InlineData("host", @"db\SQLEXPRESS", "host: takes the server's name only. Enter the port of the named instance in the field port.")]
    [InlineData("host", "db,1433", "host: takes the server's name only. Enter the port of the named instance in the field port.")]
    [InlineData("auth_method", "kerberos", "auth_method: \"kerberos\" is none of password, secret, managed_identity.")]
    [InlineData(
        "auth_method",
        "managed_identity",
        "auth_method: a token goes to a server only whose certificate was checked. Set ssl_enabled and validate_host."
    )]
    public void AWrongValueIsSaid(string field, string value, string message) =>
        Assert.Equal(message, Assert.Throws<ConnectorException>(() => Of((field, value))).Message);

    private static MsSqlConfiguration Of(params (string Field, JsonNode? Value)[] values) => new(MsSqlFixture.Context(values).Settings);
}
