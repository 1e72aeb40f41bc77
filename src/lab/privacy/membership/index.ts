/**
 * Membership inference: whether a record was among those that a member trained on (Yeom et al. 2018; Nasr et al. 2019). It is what ε bounds. Members have few records here,
 * so that models fit them closely.
 */
export { inferMembership, membershipKey } from './infer-membership.ts'
export type { MembershipCase, MembershipParts, MembershipResult } from './infer-membership.ts'
export { membershipMarkdown, membershipPlot, summariseMembership } from './membership-report.ts'
export type { MembershipSummary } from './membership-report.ts'
