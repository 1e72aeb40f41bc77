import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foundConsortium } from '../../../cli/demo/consortium.ts'
import type { Consortium, ConsortiumOptions } from '../../../cli/demo/consortium.ts'
import { memberProgram } from '../../../cli/demo/member-program.ts'
import { readCurrentRound, readLedgerEvents } from '../../../src/chain/index.ts'
import type { CurrentRound, LedgerEvent } from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { Programs } from './programs.ts'
import type { ProgramEvent } from './programs.ts'

/** How long the slowest machine takes for a set-up, or for what a test waits for, ms. */
const PATIENCE = 400_000

/** Windows that no machine is too slow for; a test moves the chain's time (`jumpTo`) where nothing is left to do in one. */
export const LONG_WINDOWS = { commit: 600, reveal: 120, attest: 120, post: 120, challenge: 3600 }

export interface RunningOptions extends Partial<Omit<ConsortiumOptions, 'folder' | 'logger' | 'onStep' | 'signal'>> {
  members: number
}

type OperatorName = 'coordinator' | 'standby'

/** A consortium on a chain of its own, with its programs: what the tests of one file share. Members are honest and train a small network on MNIST, unless the options say otherwise. */
export class RunningConsortium implements AsyncDisposable {
  readonly programs = new Programs(PATIENCE)
  readonly consortium: Consortium
  readonly #folder: string

  private constructor(consortium: Consortium, folder: string) {
    this.consortium = consortium
    this.#folder = folder
  }

  /** Founds the consortium; its programs do not run yet. */
  static async found({ members, attacks = [], ...options }: RunningOptions): Promise<RunningConsortium> {
    const folder = await mkdtemp(join(tmpdir(), 'quorate-e2e-'))
    const honest = Array.from({ length: members - attacks.length }, () => undefined)
    const consortium = await foundConsortium({
      rounds: 12,
      rule: 'nnmGm',
      model: 'mlp',
      partition: { kind: 'dirichlet', alpha: 1 },
      partitionText: 'dirichlet:1',
      backend: 'wasm',
      seed: 5,
      ...options,
      members,
      attacks: [...honest, ...attacks],
      folder,
      logger: silentLogger,
      onStep: () => {},
      signal: AbortSignal.timeout(PATIENCE),
    })
    return new RunningConsortium(consortium, folder)
  }

  /** Founds the consortium, and starts the operator and then all members. */
  static async start(options: RunningOptions): Promise<RunningConsortium> {
    const running = await RunningConsortium.found(options)
    await running.startOperator()
    running.startMembers()
    return running
  }

  /** A place for files of the tests, which goes when the consortium does. */
  path(name: string): string {
    return join(this.#folder, name)
  }

  /** Runs an operator, and waits until it has started. */
  async startOperator(name: OperatorName = 'coordinator'): Promise<void> {
    const since = this.programs.events.length
    this.runOperator(name)
    await this.programs.event(`${name} starts`, from(name, 'started'), since)
  }

  runOperator(name: OperatorName = 'coordinator'): void {
    const { operator, standby } = this.consortium
    const { configPath } = name === 'standby' ? standby! : operator
    this.programs.start(name, ['coordinator', 'run', '--config', configPath])
  }

  startMembers(): void {
    for (const { index } of this.consortium.members) this.runMember(index)
  }

  /** @param more flags of `quorate member run` */
  runMember(index: number, ...more: string[]): void {
    const { args, program } = memberProgram(this.consortium.members[index]!)
    this.programs.start(`member-${index}`, [...args, ...more], program)
  }

  /** The open round, as the ledger has it. */
  async current(): Promise<CurrentRound> {
    const { chain, contracts, task } = this.consortium
    return readCurrentRound(chain, { ledger: contracts.ledger, task })
  }

  /** Everything that the ledger has told of the task. */
  async history(): Promise<LedgerEvent[]> {
    const { chain, contracts, task, fromBlock } = this.consortium
    return readLedgerEvents(chain, { contracts, task, fromBlock })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.programs[Symbol.asyncDispose]()
    await this.consortium.chain.close()
    await this.consortium.anvil.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Events of one kind from one program; of one round, if it is named. */
export function from(name: string, kind: string, round?: bigint): (event: ProgramEvent) => boolean {
  return (event) => event.from === name && event.event === kind && (round === undefined || roundOf(event) === round)
}

export function roundOf(event: ProgramEvent): bigint {
  return BigInt(String(event['round']))
}
