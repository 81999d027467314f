// Parameters for azd. Values come from the azd environment (azd env set NAME VALUE) or from the environment variables of the shell.
using 'main.bicep'

// An empty value is one that was not given. `none` is empty on purpose, where a workflow has to say so (.github/workflows/deploy.yml).
var privateNetworkOrEmpty = readEnvironmentVariable('PRIVATE_NETWORK', '')
var restoreKeyVaultOrEmpty = readEnvironmentVariable('RESTORE_KEY_VAULT', '')
var durableBackEndOrEmpty = readEnvironmentVariable('DURABLE_BACK_END', '')
var addresses = readEnvironmentVariable('ALLOWED_ADDRESSES', 'none')
var email = readEnvironmentVariable('ALERT_EMAIL', 'none')

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param elasticsearchHost = readEnvironmentVariable('ELASTICSEARCH_HOST')
param elasticsearchApiKey = readEnvironmentVariable('ELASTICSEARCH_API_KEY', '')
param durableBackEnd = empty(durableBackEndOrEmpty) ? 'AzureStorage' : durableBackEndOrEmpty
param privateNetwork = bool(empty(privateNetworkOrEmpty) ? 'false' : privateNetworkOrEmpty)
param allowedAddresses = empty(addresses) || addresses == 'none' ? [] : split(addresses, ',')
param alertEmail = email == 'none' ? '' : email
param restoreKeyVault = bool(empty(restoreKeyVaultOrEmpty) ? 'false' : restoreKeyVaultOrEmpty)
param developerPrincipalId = readEnvironmentVariable('DEVELOPER_PRINCIPAL_ID', '')

// Everything below is fixed here and not asked for; change it in a copy of your own, or in this file.
param instanceMemoryMB = 2048
param maximumInstanceCount = 40
param alwaysReadyInstances = 0
param logRetentionDays = 30
param storageLogs = 'blob'
param monthlyBudget = 0
param budgetStart = ''
param settings = {
  Connectors__service__log_level: 'INFO'
}
