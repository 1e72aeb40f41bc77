import { hexToBigInt, numberToHex } from 'viem'
import type { Hash, Hex } from '../../protocol/types.ts'
import { abortable } from '../abortable.ts'
import { failureOf, hear } from './agreement.ts'
import type { Answer, Said } from './agreement.ts'
import type { Endpoint } from './endpoint.ts'

/** A block as it travels. */
export interface RpcBlock {
  number: Hex
  hash: Hash
}

export interface AgreedHeadOptions {
  endpoints: readonly Endpoint[]
  needed: number
  /** The number of the head that was agreed before: an older one counts only when every endpoint has answered. */
  floor: bigint
  /** The agreed block with a number. */
  block: (number: Hex) => Promise<RpcBlock>
  /** Hears the head of each endpoint. */
  onHead: (endpoint: Endpoint, number: bigint) => void
  signal?: AbortSignal
}

const LATEST = { method: 'eth_getBlockByNumber', params: ['latest', false] }

/**
 * The newest block that enough endpoints have. The first answers decide, so one that is slow or lags holds nobody up. Errors: those of
 * `agree`.
 */
export async function agreedHead(options: AgreedHeadOptions): Promise<RpcBlock> {
  const { endpoints, needed, floor, block, onHead, signal } = options
  const { promise, resolve, reject } = Promise.withResolvers<RpcBlock | Hex>()
  const said: Said[] = []
  const take = (one: Said): void => {
    said.push(one)
    if (one.is === 'answer') onHead(one.by, numberOf(one))
    const heads = said.filter((other) => other.is === 'answer')
    const everybody = said.length === endpoints.length
    const newest = heads.map(numberOf).toSorted((a, b) => (a < b ? 1 : -1))[needed - 1]
    if (newest === undefined) return everybody ? reject(failureOf(LATEST, said, needed)) : undefined
    if (newest < floor && !everybody) return
    // The whole header must be the same: a hash alone says nothing about a time that is told beside it.
    const alike = heads.find(({ key }) => heads.filter((head) => head.key === key).length >= needed)
    resolve(alike !== undefined && numberOf(alike) === newest ? (alike.result as RpcBlock) : numberToHex(newest))
  }
  for (const by of endpoints) void hear(by, LATEST, signal).then(take)
  const head = await abortable(promise, signal)
  return typeof head === 'string' ? block(head) : head
}

function numberOf({ result }: Answer): bigint {
  return hexToBigInt((result as RpcBlock).number)
}
