import { chainFaults } from './chain.ts'
import { clockFaults } from './clock.ts'
import { diskFaults } from './disk.ts'
import type { Fault } from './fault.ts'
import { lieFaults } from './lie.ts'
import { networkFaults } from './network.ts'
import { processFaults } from './process.ts'
import { rpcFaults } from './rpc.ts'

export * from './fault.ts'

/** Every kind of fault, by name. */
export const FAULTS: ReadonlyMap<string, Fault> = new Map(
  [...processFaults, ...rpcFaults, ...chainFaults, ...networkFaults, ...diskFaults, ...clockFaults, ...lieFaults].map((fault) => [
    fault.name,
    fault,
  ]),
)
