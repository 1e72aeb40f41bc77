import { createHash } from 'node:crypto'
import { QuorateError } from '../../core/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { openLake } from '../lake/lake.ts'
import { noRows } from '../lake/tables.ts'
import type { Rows } from '../lake/tables.ts'
import type { Act } from './traffic.ts'
import type { SimulatedTraffic } from './make-traffic.ts'

/** The chain that nobody runs: what is written here was made up. */
export const MADE_UP_CHAIN = 0
/** 2026-01-01 as seconds since 1970. */
const BEGINNING = 1_767_225_600n
/** Seconds between two blocks. */
const SLOT = 12
const BLOCKS_PER_PART = 5000
const GAS = { pay: [21_000, 21_000], token: [51_000, 65_000], call: [90_000, 180_000], loan: [410_000, 600_000] } as const
const SELECTORS = { pay: null, token: '0xa9059cbb', call: '0x3ccfd60b', loan: '0x5cffe9de' } as const
const TRANSFER = `0x${'dd'.repeat(32)}`
const UNIT = 1e18

/** Address of an actor: 0x and forty digits. */
export function addressOf(actor: number | string): string {
  return `0x${digest(`actor ${actor}`).slice(2, 42)}`
}

/**
 * Writes traffic into the files that `syncChain` writes, without any chain: hashes are made up, and nothing was executed.
 *
 * @throws QuorateError STORAGE_FAILED where the folder holds blocks, STORAGE_LOCKED, STORAGE_FULL, CHAIN_ID_MISMATCH where the folder holds a chain
 */
export async function writeSimulation(folder: string, { acts, kinds }: SimulatedTraffic): Promise<void> {
  using lake = await openLake(folder, { chainId: MADE_UP_CHAIN, firstBlock: 0n })
  if (lake.parts.length > 0) throw new QuorateError('STORAGE_FAILED', `${folder} holds blocks already: name a new folder`)
  using writer = await lake.openWriter()
  const addresses = kinds.map((_, actor) => addressOf(actor))
  const nonces = new Uint32Array(kinds.length)
  let parent = digest('before')
  let first = { number: 0n, parent }
  let number = 0n
  for (let at = 0; at < acts.length;) {
    const slot = slotOf(acts[at]!)
    let end = at + 1
    while (end < acts.length && slotOf(acts[end]!) === slot) end++
    const hash = digest(`block ${number}`)
    writer.add(blockRows({ number, slot, hash, parent, acts: acts.slice(at, end), addresses, nonces }))
    parent = hash
    at = end
    if (at === acts.length || number - first.number === BigInt(BLOCKS_PER_PART - 1)) {
      await lake.append(writer, { from: first.number, to: number, parentHash: first.parent, hash })
      first = { number: number + 1n, parent: hash }
    }
    number++
  }
}

interface MadeBlock {
  number: bigint
  slot: number
  hash: Hash
  parent: Hash
  acts: readonly Act[]
  addresses: readonly string[]
  nonces: Uint32Array
}

function blockRows({ number, slot, hash, parent, acts, addresses, nonces }: MadeBlock): Rows {
  const rows = noRows()
  const time = BEGINNING + BigInt(slot * SLOT)
  let [gas, logIndex] = [0n, 0]
  for (const [position, act] of acts.entries()) {
    const [used, limit] = GAS[act.what].map(BigInt) as [bigint, bigint]
    gas += used
    const selector = SELECTORS[act.what]
    const isPaid = act.what === 'pay' || act.what === 'call'
    const receiver = act.what === 'token' ? addressOf('token') : addresses[act.to]!
    rows.transactions.push([
      number,
      time,
      position,
      digest(`transaction ${number} ${position}`),
      addresses[act.from]!,
      receiver,
      null,
      isPaid ? BigInt(Math.round(act.amount * 1e9)) * 10n ** 9n : 0n,
      BigInt(nonces[act.from]!++),
      selector,
      selector === null ? 0 : 68,
      limit,
      used,
      BigInt(Math.round(act.haste * 1e9)),
      !act.fails,
    ])
    if (act.fails) continue
    for (const [sender, taker] of movesOf(act, addresses)) {
      const amount = act.amount * UNIT
      const place = [number, time, position, logIndex++] as const
      rows.logs.push([
        ...place,
        addressOf('token'),
        TRANSFER,
        pad(sender),
        pad(taker),
        null,
        `0x${BigInt(amount).toString(16).padStart(64, '0')}`,
      ])
      rows.transfers.push([...place, addressOf('token'), sender, taker, amount])
    }
  }
  rows.blocks.push([number, time, hash, parent, gas, 30_000_000n, 1_000_000_000n, acts.length])
  return rows
}

/** Transfers of the token in one transaction: a loan goes from the lender to the borrower, through an application, and back. */
function movesOf({ what, from, to }: Act, addresses: readonly string[]): [string, string][] {
  const [actor, other, lender] = [addresses[from]!, addresses[to]!, addressOf('lender')]
  if (what === 'token') return [[actor, other]]
  if (what !== 'loan') return []
  return [
    [lender, actor],
    [actor, other],
    [other, actor],
    [actor, lender],
  ]
}

function slotOf({ time }: Act): number {
  return Math.floor(time / SLOT)
}

function pad(address: string): string {
  return `0x${'0'.repeat(24)}${address.slice(2)}`
}

function digest(text: string): Hash {
  return `0x${createHash('sha256').update(text).digest('hex')}`
}
