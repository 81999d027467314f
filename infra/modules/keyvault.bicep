metadata description = 'The vault of the app\'s secrets. Roles decide who reads them; a deleted vault or secret can be brought back, and nobody can destroy it early.'

@description('Where the vault lies.')
param location string

@description('Name of the vault: 3 to 24 letters, digits and hyphens, unique in Azure.')
@minLength(3)
@maxLength(24)
param name string

@description('Whether the vault can be reached from outside the virtual network.')
param isPublic bool

@description('True brings a vault of this name back that was deleted less than 90 days ago; false makes a new one.')
param restore bool

@description('API key of Elasticsearch, in its encoded form. Empty leaves the secret in the vault as it is.')
@secure()
param elasticsearchApiKey string

@description('Resource id of the Log Analytics workspace that takes the vault\'s log.')
param workspaceId string

@description('Object id of the identity that reads the secrets.')
param principalId string

@description('Tags of the vault.')
param tags object

var apiKeyName = 'elasticsearch-api-key'

// Key Vault Secrets User: may read the values of secrets, nothing else.
var secretsUserRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    createMode: restore ? 'recover' : 'default'
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPublic ? 'Allow' : 'Deny'
    }
  }
}

resource apiKey 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(elasticsearchApiKey)) {
  parent: vault
  name: apiKeyName
  properties: {
    value: elasticsearchApiKey
  }
}

resource secretsUser 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, secretsUserRole)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: secretsUserRole
  }
}

// Who read which secret and when, and what was refused.
resource log 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'log'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the vault.')
output id string = vault.id

@description('Name of the vault.')
output name string = vault.name

@description('App setting that stands for the API key of Elasticsearch. It names no version: a new one is taken up within a day, or when the references are refreshed.')
output apiKeyReference string = '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/${apiKeyName})'
