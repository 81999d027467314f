metadata description = 'A private endpoint of one service, and the private DNS zone that leads to it.'

@description('Where the endpoint lies.')
param location string

@description('Name of the endpoint.')
param name string

@description('Resource id of the service.')
param serviceId string

@description('Part of the service that is reached, in Private Link\'s words: blob, vault, sites, ...')
param groupId string

@description('Name of the private DNS zone.')
param zoneName string

@description('Resource id of the virtual network that asks the zone.')
param networkId string

@description('Subnet of the endpoint.')
param subnetId string

@description('Tags of the resources.')
param tags object

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: uniqueString(networkId)
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: networkId
      }
    }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: groupId
        properties: {
          privateLinkServiceId: serviceId
          groupIds: [groupId]
        }
      }
    ]
  }

  resource zones 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: groupId
          properties: {
            privateDnsZoneId: zone.id
          }
        }
      ]
    }
  }
}
