import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../../core/index.ts'
import { fileHash, modelBytes, modelFromBytes, modelRoot, toHex } from '../../protocol/index.ts'
import type { Address, Claim, Hash } from '../../protocol/index.ts'
import { referenceRootOf } from '../../replay/index.ts'
import type { ModelState } from '../../replay/index.ts'
import { makeFolder, setAside, writeFileAtomic } from '../../storage/index.ts'
import type { OnDamaged } from '../../storage/index.ts'

/** A state without its vectors. A node keeps this part of every state in memory. */
export type StateHead = Omit<ModelState, 'model' | 'reference'>

export interface StateStoreOptions {
  /** Default write. */
  mode?: 'read' | 'write'
  onDamaged?: OnDamaged
}

interface HeadFile {
  round: string
  claimHash: Hash
  height: number
  claim: Omit<Claim, 'ledgerTotal'>
  ledgerTotal: string
  medianNorm?: number
  ledger: { slot: number; member: Address; reward: string; strikes: number; reputation: number; extra: Hash }[]
}

/** How many states stay on disk, the ledger's ring: a rejected claim takes a node back by at most the rounds that are not final. */
const KEEP = 64
/** How many models stay in memory: the base of the training, and the result of a replay. */
const IN_MEMORY = 2

/** What the system says when it is short of something. */
const SHORT_OF = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']

const MODEL_FILE = 'model.i32'
const REFERENCE_FILE = 'reference.i8'
/** JSON behind its keccak256 and a space. */
const HEAD_FILE = 'state.json'
const HEAD_TEXT = 67

/**
 * Model states on disk, one folder per claim hash, the model written before the head that names it. Heads are in memory, models are read when they are asked
 * for. Also the place to wait for a state that a replay is about to make.
 *
 * @example
 * const states = await StateStore.open(folder)
 * await states.save(genesis)
 * const base = await states.waitFor(plan.base, signal)
 */
export class StateStore {
  readonly #folder: string
  readonly #heads = new Map<Hash, StateHead>()
  /** The models read or saved last, newest last. */
  readonly #models = new Map<Hash, ModelState>()
  readonly #waiting = new Map<Hash, (() => void)[]>()
  readonly #mode: NonNullable<StateStoreOptions['mode']>
  readonly #onDamaged: OnDamaged
  readonly #lost = new Set<(claimHash: Hash) => void>()

  private constructor(folder: string, { mode = 'write', onDamaged = () => {} }: StateStoreOptions) {
    this.#folder = folder
    this.#mode = mode
    this.#onDamaged = onDamaged
  }

  /**
   * Opens the folder and reads its heads; a half-written state is skipped, and one whose head was changed is moved away. With `read`
   * nothing is made or moved, for commands beside a running node.
   */
  static async open(folder: string, options: StateStoreOptions = {}): Promise<StateStore> {
    const store = new StateStore(folder, options)
    if (store.#mode === 'write') await makeFolder(folder)
    for (const name of await readdir(folder).catch(() => [])) {
      if (!isHash(name)) continue
      try {
        const head = await readHead(join(folder, name), name)
        if (head) store.#heads.set(head.claimHash, head)
      } catch {
        await store.#setAside(name)
      }
    }
    return store
  }

  /** Told of a state whose files were damaged: somebody has to replay it. @returns ends the subscription */
  onLost(listener: (claimHash: Hash) => void): () => void {
    this.#lost.add(listener)
    return () => void this.#lost.delete(listener)
  }

  /** What is known of a state without reading its model. */
  head(claimHash: Hash): StateHead | undefined {
    return this.#heads.get(claimHash)
  }

  /** A state whose model has that root. Two claims have the same model where no update counted. */
  withModel(root: Hash): StateHead | undefined {
    return [...this.#heads.values()].find(({ claim }) => claim.modelRoot === root)
  }

  /** The head of the highest round. */
  latest(): StateHead | undefined {
    return [...this.#heads.values()].sort((a, b) => (a.round < b.round ? 1 : -1))[0]
  }

  /**
   * A state with its model. What is read from disk is checked against the roots of its claim; a state whose files were changed is moved
   * away and forgotten, so that it is replayed again rather than believed.
   *
   * @returns undefined for a state that is not here
   * @throws QuorateError STORAGE_FAILED when the system has no room to read it
   */
  async load(claimHash: Hash): Promise<ModelState | undefined> {
    const kept = this.#models.get(claimHash)
    if (kept) return this.#keep(kept)
    const head = this.#heads.get(claimHash)
    if (!head) return undefined
    try {
      return this.#keep(await readModel(join(this.#folder, claimHash), head))
    } catch (cause) {
      // The files may be whole: the process has too many open, or no memory.
      if (SHORT_OF.includes((cause as NodeJS.ErrnoException).code ?? ''))
        throw new QuorateError('STORAGE_FAILED', `the model of ${claimHash} cannot be read now`, { cause })
      this.#heads.delete(claimHash)
      await this.#setAside(claimHash)
      for (const listener of this.#lost) listener(claimHash)
      return undefined
    }
  }

  /** Durable when it resolves; then those who wait for it go on. */
  async save(state: ModelState): Promise<void> {
    if (!this.#heads.has(state.claimHash)) {
      const { model: _model, reference: _reference, ...head } = state
      await writeState(join(this.#folder, state.claimHash), state)
      this.#heads.set(state.claimHash, head)
      this.#keep(state)
      await this.#prune()
    }
    for (const resolve of this.#waiting.get(state.claimHash) ?? []) resolve()
    this.#waiting.delete(state.claimHash)
  }

  /** Resolves with the state of that claim as soon as it is known. @throws QuorateError CANCELLED when the signal aborts */
  async waitFor(claimHash: Hash, signal: AbortSignal): Promise<ModelState> {
    for (;;) {
      const known = await this.load(claimHash)
      if (known) return known
      await this.#saved(claimHash, signal)
    }
  }

  async #saved(claimHash: Hash, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancelled = (): void => reject(new QuorateError('CANCELLED', 'the wait for a model state was cancelled'))
      if (signal.aborted) return cancelled()
      if (this.#heads.has(claimHash)) return resolve()
      signal.addEventListener('abort', cancelled, { once: true })
      const waiting = this.#waiting.get(claimHash) ?? []
      waiting.push(() => {
        signal.removeEventListener('abort', cancelled)
        resolve()
      })
      this.#waiting.set(claimHash, waiting)
    })
  }

  #keep(state: ModelState): ModelState {
    this.#models.delete(state.claimHash)
    this.#models.set(state.claimHash, state)
    for (const old of [...this.#models.keys()].slice(0, -IN_MEMORY)) this.#models.delete(old)
    return state
  }

  async #prune(): Promise<void> {
    const old = [...this.#heads.values()].sort((a, b) => (a.round < b.round ? 1 : -1)).slice(KEEP)
    for (const { claimHash } of old) await this.#forget(claimHash)
  }

  async #setAside(name: Hash): Promise<void> {
    if (this.#mode === 'read') return
    const path = join(this.#folder, name)
    const moved = await setAside(path)
    if (moved) this.#onDamaged({ path, moved })
  }

  async #forget(claimHash: Hash): Promise<void> {
    this.#heads.delete(claimHash)
    this.#models.delete(claimHash)
    await rm(join(this.#folder, claimHash), { recursive: true, force: true })
  }
}

async function writeState(folder: string, state: ModelState): Promise<void> {
  await makeFolder(folder)
  await writeFileAtomic(join(folder, MODEL_FILE), modelBytes(state.model))
  const { reference } = state
  if (reference)
    await writeFileAtomic(
      join(folder, REFERENCE_FILE),
      new Uint8Array(reference.buffer, reference.byteOffset, reference.byteLength),
    )
  const { ledgerTotal, ...claim } = state.claim
  const head: HeadFile = {
    round: state.round.toString(),
    claimHash: state.claimHash,
    height: state.height,
    medianNorm: state.medianNorm,
    claim,
    ledgerTotal: ledgerTotal.toString(),
    ledger: [...state.ledger].map(([slot, leaf]) => ({ ...leaf, slot, reward: leaf.reward.toString() })),
  }
  const text = JSON.stringify(head)
  await writeFileAtomic(join(folder, HEAD_FILE), `${fileHash(new TextEncoder().encode(text))} ${text}`)
}

/**
 * @returns undefined for a state whose head was not written yet
 * @throws QuorateError BLOB_MISMATCH, STORAGE_FAILED
 */
async function readHead(folder: string, claimHash: Hash): Promise<StateHead | undefined> {
  const file = await readFile(join(folder, HEAD_FILE)).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new QuorateError('STORAGE_FAILED', `${join(folder, HEAD_FILE)} cannot be read`, { cause })
  })
  if (!file) return undefined
  const text = new Uint8Array(file.subarray(HEAD_TEXT))
  const head = file.toString('latin1', 0, HEAD_TEXT) === `${fileHash(text)} ` ? parseHead(text) : undefined
  if (head?.claimHash !== claimHash) throw new QuorateError('BLOB_MISMATCH', `the head of ${claimHash} was changed on disk`)
  return {
    round: BigInt(head.round),
    claimHash,
    height: head.height,
    medianNorm: head.medianNorm,
    claim: { ...head.claim, ledgerTotal: BigInt(head.ledgerTotal) },
    ledger: new Map(head.ledger.map(({ slot, reward, ...leaf }) => [slot, { ...leaf, reward: BigInt(reward) }])),
    ledgerTotal: BigInt(head.ledgerTotal),
  }
}

function parseHead(text: Uint8Array): HeadFile {
  return JSON.parse(new TextDecoder().decode(text)) as HeadFile
}

function isHash(name: string): name is Hash {
  return /^0x[0-9a-f]{64}$/.test(name)
}

/** @throws QuorateError BLOB_MISMATCH, or the error of the file system */
async function readModel(folder: string, head: StateHead): Promise<ModelState> {
  const bytes = await readFile(join(folder, MODEL_FILE))
  const model = modelFromBytes(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), bytes.length / 4)
  const found = await readFile(join(folder, REFERENCE_FILE)).catch(() => null)
  const reference = found && new Int8Array(found.buffer, found.byteOffset, found.byteLength)
  const { modelRoot: expected, referenceRoot } = head.claim
  if (toHex(modelRoot(model)) !== expected || referenceRootOf(reference) !== referenceRoot)
    throw new QuorateError('BLOB_MISMATCH', `the model of ${head.claimHash} was changed on disk`)
  return { ...head, model, reference }
}
