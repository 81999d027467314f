metadata description = 'The function app on a Flex Consumption plan, and all its settings.'

@description('Where the app runs.')
param location string

@description('Name of the plan.')
param planName string

@description('Name of the app, unique in Azure.')
param name string

@description('Tags of the resources. The app gets azd-service-name as well, by which azd finds it.')
param tags object

@description('Resource id of the identity that the app runs as.')
param identityId string

@description('Blob container of the app\'s package.')
param deploymentContainerUri string

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int

@description('Largest number of instances.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int

@description('Instances that are kept running for orchestrations and activities.')
@minValue(0)
param alwaysReadyInstances int

@description('Settings of the app.')
param appSettings object

@description('Subnet through which the app reaches others, or empty.')
param subnetId string

@description('Whether the app\'s HTTP endpoints and its deployment endpoint can be reached from the internet.')
param isPublic bool

@description('When the app is not public: the address ranges (CIDR) outside the virtual network that may reach it all the same.')
param allowedAddresses string[]

var accessRules = [
  for (range, index) in allowedAddresses: {
    action: 'Allow'
    ipAddress: range
    name: 'allowed-${index}'
    priority: 100 + index
  }
]
var isReachable = isPublic || !empty(allowedAddresses)

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'connectors' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    publicNetworkAccess: isReachable ? 'Enabled' : 'Disabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUri
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        // `durable` is the plan's name for the group of orchestrations and activities; timers and HTTP are groups of their own.
        alwaysReady: alwaysReadyInstances > 0 ? [{ name: 'durable', instanceCount: alwaysReadyInstances }] : []
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      ipSecurityRestrictions: accessRules
      ipSecurityRestrictionsDefaultAction: isPublic ? 'Allow' : 'Deny'
      scmIpSecurityRestrictionsUseMain: true
      scmIpSecurityRestrictionsDefaultAction: isPublic ? 'Allow' : 'Deny'
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: appSettings
  }

  // Deployment with an Entra token only, no publishing password. FTP does not exist on this plan.
  resource noPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

@description('Resource id of the app.')
output id string = app.id

@description('Name of the app.')
output name string = app.name

@description('Host name of the app.')
output hostName string = app.properties.defaultHostName
