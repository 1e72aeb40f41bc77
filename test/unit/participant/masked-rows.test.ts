import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMaskKey, sumRows } from '../../../src/masking/index.ts'
import { lowerHex, SEGMENT, versionsRoot } from '../../../src/protocol/index.ts'
import type { Address, Hash, RoundPlan } from '../../../src/protocol/index.ts'
import { readMaskKey } from '../../../participant/masking/mask-key-file.ts'
import { MaskedRows } from '../../../participant/masking/masked-rows.ts'

const DOMAIN = { chainId: 1, ledger: `0x${'aa'.repeat(20)}` as const }
const owner = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
const rowOf = (n: number): Int8Array => Int8Array.from({ length: SEGMENT }, (_, k) => ((k * (n + 3)) % 63) - 31)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'masked-rows-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

/** The members of a bucket, and what others can fetch. */
function bucketOf(size: 3 | 4) {
  const owners = Array.from({ length: size }, (_, n) => owner(n + 1))
  const keys = owners.map((_, n) => createMaskKey(new Uint8Array(32).fill(n + 1)))
  const known = new Map<Address, Uint8Array>(owners.map((one, n) => [one, keys[n]!.publicKey]))
  const store = new Map<Hash, Uint8Array>()
  const members = owners.map(
    (one, n) =>
      new MaskedRows({
        domain: DOMAIN,
        task: 1n,
        owner: one,
        key: keys[n]!,
        keysOf: async (_epoch, accounts) => accounts.map((account) => known.get(account)),
        folder: join(folder, String(n)),
        updates: { put: async (hash, bytes) => void store.set(hash, Uint8Array.from(bytes)) },
      }),
  )
  const plan: Pick<RoundPlan, 'round' | 'spec' | 'buckets'> = {
    round: 9n,
    spec: { toleranceBps: 2500, minSealedBps: 5000, committee: size * 256 + 8 },
    buckets: [owners.map(lowerHex)],
  }
  return { owners, known, store, members, plan }
}

function expectSum(shown: readonly Uint8Array[], numbers: readonly number[]): void {
  const rows = numbers.map(rowOf)
  const sum = Int8Array.from({ length: SEGMENT }, (_, k) => rows.reduce((total, row) => total + row[k]!, 0))
  expect(Buffer.compare(new Uint8Array(sumRows(shown).buffer), new Uint8Array(sum.buffer))).toBe(0)
}

describe('the rows of a bucket under masks', () => {
  it('add up to the rows without, with all members and without one', async () => {
    const { members, plan, store } = bucketOf(4)
    const own = await Promise.all(members.map(async (member, n) => member.commitTo(plan, rowOf(n))))
    expect(own.map(({ updateRoot, versions }) => versionsRoot(versions!) === updateRoot)).toEqual([true, true, true, true])
    expect(store.size).toBe(0)
    const show = async (n: number, version: number): Promise<Uint8Array> => {
      const root = own[n]!.versions![version]!
      await members[n]!.show(plan, { version, root })
      return store.get(root)!
    }
    expectSum(await Promise.all([0, 1, 2, 3].map(async (n) => show(n, n))), [0, 1, 2, 3])
    expectSum(await Promise.all([0, 2, 3].map(async (n) => show(n, 1))), [0, 2, 3])
  })

  it('have one version in a bucket of three', async () => {
    const { members, plan, store } = bucketOf(3)
    const own = await Promise.all(members.map(async (member, n) => member.commitTo(plan, rowOf(n))))
    expect(own.every(({ versions }) => versions === undefined)).toBe(true)
    await Promise.all(members.map(async (member, n) => member.show(plan, { version: 0, root: own[n]!.updateRoot })))
    expectSum(
      own.map(({ updateRoot }) => store.get(updateRoot)!),
      [0, 1, 2],
    )
  })

  it('are shown only if they are what was committed to', async () => {
    const { members, plan, store } = bucketOf(4)
    const first = await members[0]!.commitTo(plan, rowOf(0))
    await members[0]!.commitTo(plan, rowOf(7))
    await expect(members[0]!.show(plan, { version: 0, root: first.versions![0]! })).rejects.toMatchObject({
      code: 'CLAIM_MISMATCH',
    })
    await expect(members[0]!.show({ ...plan, round: 10n }, { version: 0, root: first.versions![0]! })).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    })
    expect(store.size).toBe(0)
  })

  it('need the keys of all of the bucket, and small values', async () => {
    const { members, owners, known, plan } = bucketOf(4)
    const large = rowOf(0).with(5, 32)
    await expect(members[0]!.commitTo(plan, large)).rejects.toMatchObject({ code: 'UPDATE_VALUE' })
    known.set(owners[2]!, new Uint8Array(32))
    await expect(members[0]!.commitTo(plan, rowOf(0))).rejects.toMatchObject({ code: 'MASK_KEY_INVALID' })
    known.delete(owners[2]!)
    await expect(members[0]!.commitTo(plan, rowOf(0))).rejects.toMatchObject({ code: 'MASK_KEY_INVALID' })
    known.set(owners[2]!, known.get(owners[1]!)!)
    known.set(owners[0]!, known.get(owners[1]!)!)
    await expect(members[0]!.commitTo(plan, rowOf(0))).rejects.toMatchObject({ code: 'MASK_KEY_INVALID' })
  })

  it('stay on disk for some rounds, for the node alone', async () => {
    const { members, plan } = bucketOf(3)
    for (let round = 1n; round <= 12n; round++) await members[0]!.commitTo({ ...plan, round }, rowOf(0))
    const files = await readdir(join(folder, '0'))
    expect(files).toHaveLength(8)
    expect((await stat(join(folder, '0', files[0]!))).mode & 0o777).toBe(0o600)
  })
})

describe('the key for masks of a member', () => {
  it('is made once, and is readable by the node alone', async () => {
    const path = join(folder, 'state', 'mask.key')
    const { publicKey } = await readMaskKey(path)
    expect((await readMaskKey(path)).publicKey).toEqual(publicKey)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await readMaskKey(join(folder, 'other.key'))).publicKey).not.toEqual(publicKey)
  })
})
