metadata description = 'Roles of a user or group that works on the deployment: run the app on a desk against it, send telemetry, write secrets, see the task hub.'

@description('Object id of the user or group.')
param principalId string

@description('What that id is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string

@description('Name of the storage account.')
param storageName string

@description('Name of the Key Vault.')
param keyVaultName string

@description('Name of the Application Insights component.')
param applicationInsightsName string

@description('Names of the Durable Task Scheduler and its task hub, with a slash between them, or empty.')
param taskHubPath string

var storageRoles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

// Key Vault Secrets Officer: reads and writes secrets, can't destroy one that was deleted.
var secretsOfficerRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7')

// Monitoring Metrics Publisher: may send telemetry. Reading it comes with Reader or more on the resource group.
var publisherRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')

// Durable Task Data Contributor: the dashboard of the scheduler asks for it.
var durableTaskRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0ad04412-c4d5-4796-b79c-f76d14c8d402')

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: keyVaultName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource taskHub 'Microsoft.DurableTask/schedulers/taskHubs@2026-02-01' existing = if (!empty(taskHubPath)) {
  name: empty(taskHubPath) ? 'none/none' : taskHubPath
}

resource storageAssignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(storageRoles): {
    name: guid(account.id, principalId, role.value)
    scope: account
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]

resource secretsOfficer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, secretsOfficerRole)
  scope: vault
  properties: {
    principalId: principalId
    principalType: principalType
    roleDefinitionId: secretsOfficerRole
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(applicationInsights.id, principalId, publisherRole)
  scope: applicationInsights
  properties: {
    principalId: principalId
    principalType: principalType
    roleDefinitionId: publisherRole
  }
}

resource taskHubContributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(taskHubPath)) {
  name: guid(taskHub.id, principalId, durableTaskRole)
  scope: taskHub
  properties: {
    principalId: principalId
    principalType: principalType
    roleDefinitionId: durableTaskRole
  }
}
