import { mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../core/index.ts'
import type { Address, Claim, Hash } from '../protocol/index.ts'
import { writeFileAtomic } from '../storage/index.ts'
import type { ModelState } from '../replay/index.ts'

interface Head {
  round: string
  claimHash: Hash
  height: number
  claim: Omit<Claim, 'ledgerTotal'>
  ledgerTotal: string
  medianNorm?: number
  ledger: { slot: number; member: Address; reward: string; strikes: number; reputation: number; extra: Hash }[]
}

/** How many states stay on disk: a rejected claim takes a node back by at most the rounds that are not final. */
const KEEP = 64

/**
 * Model states on disk, one folder per claim hash, the model written before the head that names it. Also the place to wait for a state
 * that a replay is about to make.
 *
 * @example
 * const states = await StateStore.open(folder)
 * await states.save(genesis)
 * const base = await states.waitFor(plan.base, signal)
 */
export class StateStore {
  readonly #folder: string
  readonly #known = new Map<Hash, ModelState>()
  readonly #waiting = new Map<Hash, ((state: ModelState) => void)[]>()

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Opens the folder and loads what it holds; a half-written state is skipped. With `read` nothing is made, for commands beside a running node. */
  static async open(folder: string, mode: 'read' | 'write' = 'write'): Promise<StateStore> {
    if (mode === 'write') await mkdir(folder, { recursive: true })
    const store = new StateStore(folder)
    for (const name of await readdir(folder).catch(() => [])) {
      const state = await store.#load(name as Hash).catch(() => undefined)
      if (state) store.#known.set(state.claimHash, state)
    }
    return store
  }

  get(claimHash: Hash): ModelState | undefined {
    return this.#known.get(claimHash)
  }

  /** The state of the highest round. */
  latest(): ModelState | undefined {
    return [...this.#known.values()].sort((a, b) => (a.round < b.round ? 1 : -1))[0]
  }

  /** Durable when it resolves; then those who wait for it go on. */
  async save(state: ModelState): Promise<void> {
    if (!this.#known.has(state.claimHash)) {
      const folder = join(this.#folder, state.claimHash)
      await mkdir(folder, { recursive: true })
      await writeFileAtomic(join(folder, 'model.i32'), bytesOf(state.model))
      if (state.reference) await writeFileAtomic(join(folder, 'reference.i8'), bytesOf(state.reference))
      const { ledgerTotal, ...claim } = state.claim
      const head: Head = {
        round: state.round.toString(),
        claimHash: state.claimHash,
        height: state.height,
        medianNorm: state.medianNorm,
        claim,
        ledgerTotal: ledgerTotal.toString(),
        ledger: [...state.ledger].map(([slot, leaf]) => ({ ...leaf, slot, reward: leaf.reward.toString() })),
      }
      await writeFileAtomic(join(folder, 'state.json'), new TextEncoder().encode(JSON.stringify(head)))
      this.#known.set(state.claimHash, state)
      await this.#prune()
    }
    for (const resolve of this.#waiting.get(state.claimHash) ?? []) resolve(state)
    this.#waiting.delete(state.claimHash)
  }

  /** Resolves with the state of that claim as soon as it is known. @throws QuorateError CANCELLED when the signal aborts */
  async waitFor(claimHash: Hash, signal: AbortSignal): Promise<ModelState> {
    const known = this.#known.get(claimHash)
    if (known) return known
    return new Promise((resolve, reject) => {
      const cancelled = (): void => reject(new QuorateError('CANCELLED', 'waiting for a model state was cancelled'))
      if (signal.aborted) return cancelled()
      signal.addEventListener('abort', cancelled, { once: true })
      const waiting = this.#waiting.get(claimHash) ?? []
      waiting.push((state) => {
        signal.removeEventListener('abort', cancelled)
        resolve(state)
      })
      this.#waiting.set(claimHash, waiting)
    })
  }

  async #load(claimHash: Hash): Promise<ModelState> {
    const folder = join(this.#folder, claimHash)
    const head = JSON.parse(await readFile(join(folder, 'state.json'), 'utf8')) as Head
    // Written by an older version: replayed again rather than believed.
    if (!head.claim) throw new QuorateError('STORAGE_FAILED', `the state ${claimHash} has no claim`)
    const model = await readFile(join(folder, 'model.i32'))
    const reference = await readFile(join(folder, 'reference.i8')).catch(() => null)
    return {
      round: BigInt(head.round),
      claimHash,
      height: head.height,
      medianNorm: head.medianNorm,
      claim: { ...head.claim, ledgerTotal: BigInt(head.ledgerTotal) },
      model: new Int32Array(model.buffer.slice(model.byteOffset, model.byteOffset + model.byteLength)),
      reference:
        reference && new Int8Array(reference.buffer.slice(reference.byteOffset, reference.byteOffset + reference.byteLength)),
      ledger: new Map(head.ledger.map(({ slot, reward, ...leaf }) => [slot, { ...leaf, reward: BigInt(reward) }])),
      ledgerTotal: BigInt(head.ledgerTotal),
    }
  }

  async #prune(): Promise<void> {
    const old = [...this.#known.values()].sort((a, b) => (a.round < b.round ? 1 : -1)).slice(KEEP)
    for (const state of old) {
      this.#known.delete(state.claimHash)
      await rm(join(this.#folder, state.claimHash), { recursive: true, force: true })
    }
  }
}

function bytesOf(vector: Int32Array | Int8Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
}
