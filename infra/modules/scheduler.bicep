metadata description = 'The Durable Task Scheduler, the managed back end of Durable Functions, with one task hub for the app.'

@description('Where the scheduler lies.')
param location string

@description('Name of the scheduler: 3 to 64 letters, digits and hyphens.')
@minLength(3)
@maxLength(64)
param name string

@description('Name of the task hub.')
@minLength(3)
@maxLength(64)
param taskHubName string

@description('Consumption is paid by dispatched action, Dedicated by capacity unit and month.')
@allowed(['Consumption', 'Dedicated'])
param sku string

@description('Whether the scheduler can be reached from outside the virtual network. Callers need a role in any case.')
param isPublic bool

@description('Object id of the identity that the app runs as.')
param principalId string

@description('Client id of the same identity.')
param clientId string

@description('Tags of the scheduler.')
param tags object

// Durable Task Data Contributor: starts, runs, queries and purges orchestrations; given on the hub, not on the scheduler.
var contributorRole = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0ad04412-c4d5-4796-b79c-f76d14c8d402')

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // An empty list lets nobody in. The app's addresses change, so the role decides.
    ipAllowlist: ['0.0.0.0/0']
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    sku: sku == 'Dedicated' ? { name: sku, capacity: 1 } : { name: sku }
  }
}

resource taskHub 'Microsoft.DurableTask/schedulers/taskHubs@2026-02-01' = {
  parent: scheduler
  name: taskHubName
  properties: {}
}

resource contributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(taskHub.id, principalId, contributorRole)
  scope: taskHub
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: contributorRole
  }
}

@description('Resource id of the scheduler.')
output id string = scheduler.id

@description('Names of scheduler and task hub, with a slash between them.')
output taskHubPath string = '${scheduler.name}/${taskHub.name}'

@description('How the app finds the scheduler and which identity it uses there. It holds no secret.')
output connectionString string = 'Endpoint=${scheduler.properties.endpoint};Authentication=ManagedIdentity;ClientID=${clientId}'
