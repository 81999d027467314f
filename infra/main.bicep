metadata name = 'Connectors'
metadata description = 'A connector service for Elasticsearch on Azure Functions: one resource group with all it needs, nothing in it that accepts a shared key.'

targetScope = 'subscription'

@description('Name of the environment. The resource group is rg-NAME; the other names are made of it and of a hash.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Azure region of all resources: one that offers Flex Consumption. New ones are added here; `az functionapp list-flexconsumption-locations` lists them.')
@allowed([
  'australiaeast'
  'australiasoutheast'
  'brazilsouth'
  'canadacentral'
  'centralindia'
  'centralus'
  'eastasia'
  'eastus'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'norwayeast'
  'southafricanorth'
  'southcentralus'
  'southeastasia'
  'southindia'
  'spaincentral'
  'swedencentral'
  'uaenorth'
  'uksouth'
  'ukwest'
  'westcentralus'
  'westeurope'
  'westus'
  'westus2'
  'westus3'
])
@metadata({ azd: { type: 'location' } })
param location string

@description('Address of Elasticsearch, https://, with the port. Several nodes separated by commas.')
@minLength(8)
param elasticsearchHost string

@description('API key of Elasticsearch in its encoded form; docs/security.md lists its privileges. Empty leaves the one in the Key Vault.')
@secure()
param elasticsearchApiKey string = ''

@description('Further settings of docs/configuration.md, as environment variables: { Connectors__service__max_concurrent_content_syncs: \'4\' }.')
param settings object = {}

@description('When connectors and jobs are looked at: six fields, seconds first, UTC. The alert about missing polls expects one at least every 15 minutes.')
@minLength(11)
param pollSchedule string = '0 * * * * *'

@description('When jobs that nobody works on are ended and what ended syncs left behind is removed: six fields, seconds first, UTC.')
@minLength(11)
param cleanUpSchedule string = '30 */5 * * * *'

@description('Where Durable Functions keeps its state: in the storage account, or in a Durable Task Scheduler (docs/deploy.md: the app has to be packed for it).')
@allowed(['AzureStorage', 'DurableTaskScheduler'])
param durableBackEnd string = 'AzureStorage'

@description('Kind of Durable Task Scheduler: paid by dispatched action, or by capacity unit and month.')
@allowed(['Consumption', 'Dedicated'])
param schedulerSku string = 'Consumption'

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Largest number of instances.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that are kept running for orchestrations and activities, and paid for all month (docs/deploy.md, Cost). 0: they start when work comes.')
@minValue(0)
@maxValue(100)
param alwaysReadyInstances int = 0

@description('Copies of the storage account: in one data center, or in three zones of the region.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param storageSku string = 'Standard_LRS'

@description('True puts storage, Key Vault, scheduler and app behind private endpoints of a virtual network and closes them to the internet.')
param privateNetwork bool = false

@description('Address range of that network, a /24 or larger.')
param networkAddressPrefix string = '10.60.0.0/24'

@description('Whether the app leaves that network through an address of its own. False when Elasticsearch and the sources are reached by peering.')
param natGateway bool = true

@description('Address ranges (CIDR) outside that network that may reach the app, to deploy it or to use its HTTP endpoints. Empty: none.')
param allowedAddresses string[] = []

@description('Who gets an e-mail when a sync fails or polling stops. Empty: the alerts show in the portal only.')
param alertEmail string = ''

@description('How long logs are kept, in days.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Largest amount of logs a day in GB; more is lost, and the alert about missing polls fires. -1: no limit.')
@minValue(-1)
param logDailyQuotaGb int = 1

@description('Which requests to the storage account are logged: those to blobs (the package and staged documents), all, or none. All costs most: the host asks its queues all day.')
@allowed(['blob', 'all', 'none'])
param storageLogs string = 'blob'

@description('What the resource group may cost a month, in the currency of the subscription; a message is sent at 80 % and at 100 %, nothing is stopped. 0: no budget.')
@minValue(0)
param monthlyBudget int = 0

@description('First day of the month in which the budget begins, as 2026-12-01. Azure refuses to change it later.')
param budgetStart string = ''

@description('Object id of a user or group that works on this deployment: roles to run the app on a desk against it, and to write secrets. Empty: nobody.')
param developerPrincipalId string = ''

@description('What that id is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param developerPrincipalType string = 'User'

@description('True brings the Key Vault of a deleted environment of the same name back.')
param restoreKeyVault bool = false

@description('Tags of all resources.')
param tags object = {}

var token = toLower(uniqueString(subscription().id, environmentName, location))
var allTags = union(tags, { 'azd-env-name': environmentName })
var deploymentContainerName = 'app-package'
var taskHubName = 'connectors'
var usesScheduler = durableBackEnd == 'DurableTaskScheduler'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    location: location
    name: 'id-connectors-${token}'
    tags: allTags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    workspaceName: 'log-connectors-${token}'
    applicationInsightsName: 'appi-connectors-${token}'
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
    principalId: identity.outputs.principalId
    tags: allTags
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    location: location
    name: 'stconn${token}'
    sku: storageSku
    isPublic: !privateNetwork
    deploymentContainerName: deploymentContainerName
    logs: storageLogs
    workspaceId: monitoring.outputs.workspaceId
    principalId: identity.outputs.principalId
    tags: allTags
  }
}

module keyVault 'modules/keyvault.bicep' = {
  scope: group
  params: {
    location: location
    name: 'kv-conn-${token}'
    isPublic: !privateNetwork
    restore: restoreKeyVault
    elasticsearchApiKey: elasticsearchApiKey
    workspaceId: monitoring.outputs.workspaceId
    principalId: identity.outputs.principalId
    tags: allTags
  }
}

module scheduler 'modules/scheduler.bicep' = if (usesScheduler) {
  scope: group
  params: {
    location: location
    name: 'dts-connectors-${token}'
    taskHubName: taskHubName
    sku: schedulerSku
    isPublic: !privateNetwork
    principalId: identity.outputs.principalId
    clientId: identity.outputs.clientId
    tags: allTags
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    location: location
    name: 'vnet-connectors-${token}'
    addressPrefix: networkAddressPrefix
    natGateway: natGateway
    tags: allTags
  }
}

module storagePrivateEndpoints 'modules/privateendpoint.bicep' = [
  for part in ['blob', 'queue', 'table']: if (privateNetwork) {
    scope: group
    params: {
      location: location
      name: 'pe-${part}-${token}'
      serviceId: storage.outputs.id
      groupId: part
      zoneName: 'privatelink.${part}.${environment().suffixes.storage}'
      networkId: network!.outputs.id
      subnetId: network!.outputs.endpointSubnetId
      tags: allTags
    }
  }
]

module keyVaultPrivateEndpoint 'modules/privateendpoint.bicep' = if (privateNetwork) {
  scope: group
  params: {
    location: location
    name: 'pe-vault-${token}'
    serviceId: keyVault.outputs.id
    groupId: 'vault'
    zoneName: 'privatelink.vaultcore.azure.net'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    tags: allTags
  }
}

module schedulerPrivateEndpoint 'modules/privateendpoint.bicep' = if (privateNetwork && usesScheduler) {
  scope: group
  params: {
    location: location
    name: 'pe-scheduler-${token}'
    serviceId: scheduler!.outputs.id
    groupId: 'scheduler'
    zoneName: 'privatelink.durabletask.io'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    tags: allTags
  }
}

// host.json says AzureStorage; these settings win over it. An app that is not packed for the back end that they name does not start,
// instead of working on in the wrong one.
var durableSettings = usesScheduler
  ? {
      AzureFunctionsJobHost__extensions__durableTask__hubName: taskHubName
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: scheduler!.outputs.connectionString
      TASKHUB_NAME: taskHubName
    }
  : {
      AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'AzureStorage'
    }

module functionApp 'modules/functionapp.bicep' = {
  scope: group
  params: {
    location: location
    planName: 'plan-connectors-${token}'
    name: 'func-connectors-${token}'
    identityId: identity.outputs.id
    deploymentContainerUri: storage.outputs.deploymentContainerUri
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    isPublic: !privateNetwork
    allowedAddresses: privateNetwork ? allowedAddresses : []
    appSettings: union(
      settings,
      {
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
        APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
        AZURE_CLIENT_ID: identity.outputs.clientId
        AzureWebJobsStorage__blobServiceUri: storage.outputs.blobEndpoint
        AzureWebJobsStorage__queueServiceUri: storage.outputs.queueEndpoint
        AzureWebJobsStorage__tableServiceUri: storage.outputs.tableEndpoint
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identity.outputs.clientId
        ConnectorsPollSchedule: pollSchedule
        ConnectorsCleanUpSchedule: cleanUpSchedule
        Connectors__elasticsearch__host: elasticsearchHost
        Connectors__elasticsearch__api_key: keyVault.outputs.apiKeyReference
      },
      durableSettings
    )
    tags: allTags
  }
  // Without the endpoints the closed account and vault can't be reached when the app starts.
  dependsOn: [storagePrivateEndpoints, keyVaultPrivateEndpoint, schedulerPrivateEndpoint]
}

module appPrivateEndpoint 'modules/privateendpoint.bicep' = if (privateNetwork) {
  scope: group
  params: {
    location: location
    name: 'pe-app-${token}'
    serviceId: functionApp.outputs.id
    groupId: 'sites'
    zoneName: 'privatelink.azurewebsites.net'
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointSubnetId
    tags: allTags
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    name: 'connectors-${token}'
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
    tags: allTags
  }
}

module developer 'modules/developer.bicep' = if (!empty(developerPrincipalId)) {
  scope: group
  params: {
    principalId: developerPrincipalId
    principalType: developerPrincipalType
    storageName: storage.outputs.name
    keyVaultName: keyVault.outputs.name
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    taskHubPath: usesScheduler ? scheduler!.outputs.taskHubPath : ''
  }
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0) {
  scope: group
  params: {
    name: 'connectors-${token}'
    amount: monthlyBudget
    startDate: empty(budgetStart) ? fail('A budget needs its first day: set budgetStart to the first of this month, as 2026-12-01.') : budgetStart
    email: alertEmail
  }
}

@description('Name of the resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Resource id of the function app.')
output CONNECTORS_APP_ID string = functionApp.outputs.id

@description('Name of the function app.')
output CONNECTORS_APP_NAME string = functionApp.outputs.name

@description('Address of the function app.')
output CONNECTORS_APP_URL string = 'https://${functionApp.outputs.hostName}'

@description('Name of the Key Vault.')
output CONNECTORS_KEY_VAULT string = keyVault.outputs.name

@description('Name of the storage account.')
output CONNECTORS_STORAGE_ACCOUNT string = storage.outputs.name

@description('Name of the Application Insights component.')
output CONNECTORS_APPLICATION_INSIGHTS string = monitoring.outputs.applicationInsightsName

@description('Address from which the app reaches Elasticsearch and sources when it has one of its own, or empty.')
output CONNECTORS_OUTBOUND_ADDRESS string = privateNetwork ? network!.outputs.outboundAddress : ''
