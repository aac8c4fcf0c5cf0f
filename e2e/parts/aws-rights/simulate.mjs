// Evaluates requests to AWS against policies. From stdin: {"policies": [document, …], "cases": [case, …]}, where a case names
// policies by their places in the list. To stdout: a list with {"decision", "errors", "ignored"} for each case, in order.
//
// A case: principal, action, resource, account (the resource's), context (condition keys), identity (policies), and, where there are
// any, boundary, session, resourcePolicy (a trust or a bucket's policy), issuer (whose token the principal has).
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const { policies, cases } = JSON.parse(readFileSync(0, 'utf8'))

// The simulator knows the keys of a few issuers of tokens, by name, and passes over those of others. A cluster's issuer has an id of
// its own in its name, so its keys are spelled as those of one that is known. Keys of yet another issuer stay unknown, as to the trust.
const KNOWN = 'accounts.google.com'
const spelled = (issuer, value) => {
  const text = JSON.stringify(value)
  return JSON.parse(['sub', 'aud'].reduce((text, key) => text.replaceAll(`"${issuer}:${key}"`, `"${KNOWN}:${key}"`), text))
}

// Only a policy that is there is one: a place that is not in the list must not pass for «no policy».
const policy = place => {
  if (!(place in policies)) throw new Error(`no policy ${place}`)
  return policies[place]
}
const optional = place => (place === null || place === undefined ? undefined : policy(place))

async function verdict(request) {
  let trust = optional(request.resourcePolicy)
  let context = request.context
  if (request.issuer) {
    trust = trust && spelled(request.issuer, trust)
    context = spelled(request.issuer, context)
  }
  const boundary = optional(request.boundary)
  const result = await runSimulation(
    {
      request: {
        principal: request.principal,
        action: request.action,
        resource: { resource: request.resource, accountId: request.account },
        contextVariables: context,
      },
      identityPolicies: request.identity.map(place => ({ name: `policy ${place}`, policy: policy(place) })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      permissionBoundaryPolicies: boundary && [{ name: 'boundary', policy: boundary }],
      sessionPolicy: optional(request.session),
      resourcePolicy: trust,
    },
    {},
  )
  if (result.resultType !== 'single') {
    return { decision: null, errors: result.errors ?? { message: `a result of the kind ${result.resultType}` }, ignored: [] }
  }
  return { decision: result.overallResult, errors: null, ignored: result.result.ignoredContextKeys ?? [] }
}

const results = []
for (const request of cases) {
  try {
    results.push(await verdict(request))
  } catch (error) {
    results.push({ decision: null, errors: { message: String(error) }, ignored: [] })
  }
}
process.stdout.write(JSON.stringify(results))
