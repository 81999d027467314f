metadata description = 'The virtual network of the private variant: a subnet for the app, one for private endpoints, and a fixed address for what leaves it.'

@description('Where the network lies.')
param location string

@description('Name of the network; other names begin with it.')
param name string

@description('Address range of the network, a /24 or larger.')
param addressPrefix string

@description('Whether the app leaves the network through an address of its own, which Elasticsearch or a source may allow. Without it the subnet has no way to the internet.')
param natGateway bool

@description('Tags of the resources.')
param tags object

resource address 'Microsoft.Network/publicIPAddresses@2025-01-01' = if (natGateway) {
  name: '${name}-out'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource gateway 'Microsoft.Network/natGateways@2025-01-01' = if (natGateway) {
  name: '${name}-nat'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIpAddresses: [
      {
        id: address.id
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addressPrefix]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          defaultOutboundAccess: false
          natGateway: natGateway ? { id: gateway.id } : null
          delegations: [
            {
              name: 'flex-consumption'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

@description('Resource id of the network.')
output id string = network.id

@description('Subnet of the app.')
output appSubnetId string = resourceId('Microsoft.Network/virtualNetworks/subnets', network.name, 'app')

@description('Subnet of the private endpoints.')
output endpointSubnetId string = resourceId('Microsoft.Network/virtualNetworks/subnets', network.name, 'endpoints')

@description('Address from which the app reaches Elasticsearch and sources, or empty.')
output outboundAddress string = natGateway ? address!.properties.ipAddress : ''
