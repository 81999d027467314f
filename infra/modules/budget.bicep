metadata description = 'A budget for the resource group: it tells when the month has cost more than it should. It stops nothing.'

@description('Name of the budget.')
param name string

@description('What a month may cost, in the currency of the subscription.')
@minValue(0)
param amount int

@description('First day of its first month, as 2026-12-01. Azure refuses a month that is over when the budget is made, and refuses to change it later.')
@minLength(10)
@maxLength(10)
param startDate string

@description('Who gets the messages. Empty: the owners of the resource group.')
param email string

var people = empty(email) ? { contactEmails: [], contactRoles: ['Owner'] } : { contactEmails: [email], contactRoles: [] }

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: '${startDate}T00:00:00Z'
    }
    notifications: {
      nearlyReached: union(people, {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
      })
      reached: union(people, {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Actual'
      })
    }
  }
}
