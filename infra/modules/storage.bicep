metadata description = 'The one storage account: the app\'s package, the host\'s locks, the Durable task hub, staged batches. It accepts identities only, no keys.'

@description('Where the account lies.')
param location string

@description('Name of the account: 3 to 24 lower-case letters and digits, unique in Azure.')
@minLength(3)
@maxLength(24)
param name string

@description('Standard_LRS keeps three copies in one data center, Standard_ZRS in three zones of the region.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param sku string

@description('Whether the account can be reached from outside the virtual network.')
param isPublic bool

@description('Name of the blob container of the app\'s package.')
param deploymentContainerName string

@description('Which requests are logged: those to blobs, all, or none.')
@allowed(['blob', 'all', 'none'])
param logs string

@description('Resource id of the Log Analytics workspace that takes them.')
param workspaceId string

@description('Object id of the identity that the app runs as.')
param principalId string

@description('Tags of the account.')
param tags object

// What the Functions host, Durable Functions and the staging of batches need, on this account and nowhere else.
var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPublic ? 'Allow' : 'Deny'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource deploymentContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: deploymentContainerName
  properties: {
    publicAccess: 'None'
  }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: account
  name: 'default'
}

var requests = [
  for category in ['StorageRead', 'StorageWrite', 'StorageDelete']: {
    category: category
    enabled: true
  }
]

resource blobLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (logs != 'none') {
  name: 'log'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: requests
  }
}

resource queueLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (logs == 'all') {
  name: 'log'
  scope: queues
  properties: {
    workspaceId: workspaceId
    logs: requests
  }
}

resource tableLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (logs == 'all') {
  name: 'log'
  scope: tables
  properties: {
    workspaceId: workspaceId
    logs: requests
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roles): {
    name: guid(account.id, principalId, role.value)
    scope: account
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

@description('Resource id of the account.')
output id string = account.id

@description('Name of the account.')
output name string = account.name

@description('Address of the blobs.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('Address of the queues.')
output queueEndpoint string = account.properties.primaryEndpoints.queue

@description('Address of the tables.')
output tableEndpoint string = account.properties.primaryEndpoints.table

@description('Address of the container of the app\'s package.')
output deploymentContainerUri string = '${account.properties.primaryEndpoints.blob}${deploymentContainer.name}'
