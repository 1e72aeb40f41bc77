import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../../src/core/index.ts'
import { maskVersion, mostValue, roundKey, versionRoots } from '../../src/masking/index.ts'
import type { BucketPlace, MaskKey } from '../../src/masking/index.ts'
import { bucketTerms, epochOf, lowerHex, toHex, updateRoot, versionsRoot } from '../../src/protocol/index.ts'
import type { Address, Hash, OwnUpdate, RoundPlan, SigningDomain } from '../../src/protocol/index.ts'
import { makeFolder, storageError, writeFileAtomic } from '../../src/storage/index.ts'
import type { BlobStore } from '../../src/storage/index.ts'

export interface MaskedRowsOptions {
  domain: SigningDomain
  task: bigint
  /** Owner address of the member. */
  owner: Address
  key: MaskKey
  /** The keys for masks of accounts that count in an epoch; undefined for an account without one. */
  keysOf: (epoch: bigint, accounts: readonly Address[]) => Promise<readonly (Uint8Array | undefined)[]>
  /** Where rows without masks are kept, readable by nobody else. */
  folder: string
  /** Where others fetch updates. */
  updates: Pick<BlobStore, 'put'>
}

/** What the rules of a round say about its buckets. */
type BucketPlan = Pick<RoundPlan, 'round' | 'spec' | 'buckets'>

/** Rows that stay on disk: a reorganisation may seal an old round anew. */
const KEEP = 8
const SUFFIX = '.row'

/**
 * A member's rows under masks (docs/decisions/0009-buckets-in-tasks.md). The row without masks is on this member's disk and nowhere else; of its versions one goes where others fetch updates,
 * once the seal says which.
 *
 * @example
 * const own = await rows.commitTo(plan, row)      // what the member commits to
 * await rows.show(plan, { version: 2, root: own.versions[2] }) // after the seal
 */
export class MaskedRows {
  readonly #options: MaskedRowsOptions

  constructor(options: MaskedRowsOptions) {
    this.#options = options
  }

  /**
   * Keeps a row, and says what its member commits to.
   *
   * @param row int8[D], padded, of values up to `mostValue` of the bucket's size
   * @throws QuorateError MASK_KEY_INVALID where a key of the bucket gives no secret, or this member's is not the one that it registered; UPDATE_VALUE; STORAGE_FAILED
   */
  async commitTo(plan: BucketPlan, row: Int8Array): Promise<Pick<OwnUpdate, 'updateRoot' | 'versions'>> {
    const place = await this.#place(plan)
    const most = mostValue(place.masks.length)
    const outside = row.findIndex((value) => value > most || value < -most)
    if (outside >= 0)
      throw new QuorateError(
        'UPDATE_VALUE',
        `value ${outside} of a row is ${row[outside]}, and members of a bucket have ${most} at most`,
      )
    const versions = versionRoots(row, place)
    await this.#keep(plan.round, row)
    return { updateRoot: versionsRoot(versions), ...(versions.length > 1 && { versions }) }
  }

  /**
   * Puts one version of the round's row where others fetch it.
   *
   * @param version index among the versions that the member committed to, and its root
   * @throws QuorateError CLAIM_MISMATCH where the row on disk is not the one that was committed to: it is shown to nobody; MASK_KEY_INVALID, STORAGE_FAILED
   */
  async show(plan: BucketPlan, { version, root }: { version: number; root: Hash }): Promise<void> {
    const place = await this.#place(plan)
    const path = this.#path(plan.round)
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw storageError(cause, path)
    })
    const absent = place.masks.length > 3 && version !== place.place ? version : undefined
    const shown = maskVersion(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length), place, absent)
    // INVARIANT: one row of a round is seen under its masks. A second one, of another training, would show the difference of both.
    if (toHex(updateRoot(shown)) !== root)
      throw new QuorateError(
        'CLAIM_MISMATCH',
        `the row of round ${plan.round} on disk is not the one that this node committed to`,
      )
    await this.#options.updates.put(root, shown, { verify: false })
  }

  /** This member's place in its bucket, and the masks that it shares in the round. */
  async #place({ round, spec, buckets = [] }: BucketPlan): Promise<BucketPlace> {
    const { domain, task, owner, key, keysOf } = this.#options
    const own = lowerHex(owner)
    const terms = bucketTerms(spec)
    const bucket = buckets.find((members) => members.includes(own))
    if (!terms || !bucket) throw new QuorateError('INTERNAL', `${owner} shares no bucket in round ${round}`)
    const epoch = epochOf(round, terms)
    const keys = await keysOf(epoch, bucket)
    const place = bucket.indexOf(own)
    if (Buffer.compare(keys[place] ?? new Uint8Array(), key.publicKey) !== 0)
      throw new QuorateError(
        'MASK_KEY_INVALID',
        `the key for masks that ${owner} registered for epoch ${epoch} is not the one of this node`,
      )
    const masks = keys.map((other, at) => {
      if (at === place) return undefined
      const secret = key.pair(other ?? new Uint8Array(), { domain, task, epoch })
      return { key: roundKey(secret, round), sign: place < at ? (1 as const) : (-1 as const) }
    })
    return { place, masks }
  }

  #path(round: bigint): string {
    return join(this.#options.folder, `${round}${SUFFIX}`)
  }

  async #keep(round: bigint, row: Int8Array): Promise<void> {
    const { folder } = this.#options
    await makeFolder(folder)
    await writeFileAtomic(this.#path(round), new Uint8Array(row.buffer, row.byteOffset, row.byteLength), { mode: 0o600 })
    const rounds = (await readdir(folder))
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => BigInt(name.slice(0, -SUFFIX.length)))
    const old = rounds.filter((known) => known + BigInt(KEEP) <= round)
    await Promise.all(old.map(async (known) => rm(this.#path(known), { force: true })))
  }
}
