/**
 * A task with all its members in one process, before anybody bonds anything: on the trainers, the int8 updates, the rule and the ledger of real
 * nodes. Only chain and network are left out.
 *
 * Needs the specification and genesis model of a task, a learner for each member, and a way to measure a model.
 *
 * @example
 * const simulation = await simulate(setup, { compare: COMPARISONS, onRound: () => {} })
 * const summary = summariseSimulation(simulation, setup.members, setup.selection)
 */
export { COMPARISONS, simulate } from './simulate.ts'
export type { AloneRun, Comparison, RunName, SimulateHooks, Simulation } from './simulate.ts'
export type { SimulatedMember, SimulatedRound, SimulationSetup } from './setup.ts'
export type { FederatedRound, SimulatedRow } from './federate.ts'
export type { MeasuredMember } from './measure.ts'
export { summariseSimulation } from './summarise-simulation.ts'
export type { MemberSummary, RunScore, Score, SimulationSummary } from './summarise-simulation.ts'
