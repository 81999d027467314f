metadata description = 'The identity that the app runs as. Every permission of the app is a role of this identity, given by the module that owns the resource.'

@description('Where the identity lies.')
param location string

@description('Name of the identity.')
param name string

@description('Tags of the identity.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id of the identity.')
output id string = identity.id

@description('Client id, by which code chooses the identity.')
output clientId string = identity.properties.clientId

@description('Object id, to which roles are given.')
output principalId string = identity.properties.principalId
