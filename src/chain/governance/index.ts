/**
 * What voters decide, and how a decision becomes calls: the parameters with their bounds (`encodeChanges`), the list of judges (`encodeJudge`),
 * and calls as people read them (`describeCall`). The actions around it: `findGovernance`, `readParameters`, `propose`, `castVote`, `queueProposal`, `executeProposal`,
 * `cancelProposal`, `readProposal`, `delegateVotes`.
 */
export * from './describe-call.ts'
export * from './governance.ts'
export * from './judges.ts'
export * from './parameters.ts'
export * from './least-penalty.ts'
export * from './shortest-times.ts'
