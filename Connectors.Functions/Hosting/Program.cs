using Connectors.Functions.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

// Cultures are off (see Directory.Build.props), unless somebody asks for them as .NET has it: the driver of SQL Server needs them. The
// runtime looks at the switch at the first text that is compared, so this comes first.
if (Environment.GetEnvironmentVariable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT") is "0" or "false" or "False" or "FALSE")
{
    AppContext.SetSwitch("System.Globalization.Invariant", false);
}

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Services.AddConnectors(AppSettings.FromEnvironment());
await builder.Build().RunAsync();
