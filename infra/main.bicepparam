// Parameters for azd. Values come from the azd environment (azd env set NAME VALUE) or from the environment variables of the shell.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param elasticsearchHost = readEnvironmentVariable('ELASTICSEARCH_HOST')
param elasticsearchApiKey = readEnvironmentVariable('ELASTICSEARCH_API_KEY', '')
param durableBackEnd = readEnvironmentVariable('DURABLE_BACK_END', 'AzureStorage')
param privateNetwork = bool(readEnvironmentVariable('PRIVATE_NETWORK', 'false'))
param allowedAddresses = empty(readEnvironmentVariable('ALLOWED_ADDRESSES', '')) ? [] : split(readEnvironmentVariable('ALLOWED_ADDRESSES', ''), ',')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param restoreKeyVault = bool(readEnvironmentVariable('RESTORE_KEY_VAULT', 'false'))

// Everything below is fixed here and not asked for; change it in a copy of your own, or in this file.
param instanceMemoryMB = 2048
param maximumInstanceCount = 40
param logRetentionDays = 30
param settings = {
  Connectors__service__log_level: 'INFO'
}
