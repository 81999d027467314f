metadata description = 'Two questions that are asked of the logs every five minutes: did a sync fail, and does the app still poll.'

@description('Where the rules lie.')
param location string

@description('Name with which the rules begin.')
param name string

@description('Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Who gets an e-mail when a rule fires, or empty.')
param email string

@description('Tags of the resources.')
param tags object

// Names of log messages of Connectors.Sync. An exception that is logged makes a row of AppExceptions, any other message one of AppTraces.
var failedSync = '''
union AppTraces, AppExceptions
| extend Event = tostring(Properties.EventName), ConnectorId = tostring(Properties.ConnectorId), SyncJobId = tostring(Properties.SyncJobId)
| where Event in ("JobFailed", "JobBroke", "IdleJobFailed")
| project TimeGenerated, Event, ConnectorId, SyncJobId, Message = coalesce(Message, OuterMessage)
'''

var successfulPoll = '''
AppTraces
| where tostring(Properties.EventName) == "PollDone"
| project TimeGenerated, Message
'''

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: '${name}-people'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'connectors'
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource syncFailed 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: '${name}-sync-failed'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Connectors: a sync failed'
    description: 'A sync job ended as an error. Kibana shows the reason at the connector; docs/errors.md tells what to do about it.'
    enabled: true
    severity: 2
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: false
    // A new workspace does not have its tables yet.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: failedSync
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'ConnectorId'
              operator: 'Include'
              values: ['*']
            }
          ]
        }
      ]
    }
    actions: {
      actionGroups: empty(email) ? [] : [people.id]
    }
  }
}

resource noPoll 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: '${name}-no-poll'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Connectors: no successful poll for 15 minutes'
    description: 'The app did not look after its connectors: it does not run, or Elasticsearch does not answer or refuses the API key. The app\'s log tells which.'
    enabled: true
    severity: 1
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: successfulPoll
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
        }
      ]
    }
    actions: {
      actionGroups: empty(email) ? [] : [people.id]
    }
  }
}
