import { hexToBigInt, hexToNumber, toEventSelector } from 'viem'
import type { Block, RpcLog, RpcTransactionReceipt } from 'viem'
import type { Row, Rows, Value } from '../lake/tables.ts'

/** Of ERC-20 tokens, and of ERC-721 with a fourth topic. */
const TRANSFER = toEventSelector('Transfer(address,address,uint256)')
/** 0x and eight digits: the function that a transaction calls. */
const SELECTOR = 10
/** 0x and 24 zeros stand before an address in a topic. */
const PADDED = 26
/** 0x and 64 digits. */
const WORD = 66

export type FullBlock = Pick<
  Block<bigint, true>,
  'number' | 'timestamp' | 'hash' | 'parentHash' | 'gasUsed' | 'gasLimit' | 'baseFeePerGas' | 'transactions'
>

/** Rows of the tables (`../lake/tables.ts`) from a block and its receipts, which are in the order of its transactions. */
export function rowsOfBlock(block: FullBlock, receipts: readonly RpcTransactionReceipt[]): Rows {
  const { number, timestamp: time, hash, parentHash, gasUsed, gasLimit, baseFeePerGas, transactions } = block
  const at: Row = [number, time]
  const events = receipts.flatMap(({ logs }) => logs)
  return {
    blocks: [[number, time, hash, parentHash, gasUsed, gasLimit, baseFeePerGas ?? null, transactions.length]],
    transactions: transactions.map((transaction, position) => {
      const { from, to, value, nonce, input, gas } = transaction
      const receipt = receipts[position]!
      return [
        ...at,
        position,
        transaction.hash,
        from.toLowerCase(),
        lower(to),
        lower(receipt.contractAddress),
        value,
        BigInt(nonce),
        input.length >= SELECTOR ? input.slice(0, SELECTOR) : null,
        (input.length - 2) / 2,
        gas,
        hexToBigInt(receipt.gasUsed),
        hexToBigInt(receipt.effectiveGasPrice ?? '0x0'),
        receipt.status !== '0x0',
      ]
    }),
    logs: events.map((log) => {
      const topics = Array.from({ length: 4 }, (_, index) => log.topics[index] ?? null)
      return [...at, ...placeOf(log), log.address.toLowerCase(), ...topics, log.data]
    }),
    transfers: events.flatMap((log) => {
      const moved = transferOf(log)
      return moved ? [[...at, ...placeOf(log), log.address.toLowerCase(), ...moved]] : []
    }),
  }
}

function placeOf({ transactionIndex, logIndex }: RpcLog): [number, number] {
  return [hexToNumber(transactionIndex!), hexToNumber(logIndex!)]
}

/** Sender, receiver and amount in the token's smallest unit; a token of ERC-721 is the amount 1. */
function transferOf({ topics, data }: RpcLog): Value[] | undefined {
  const [event, from, to, id] = topics
  if (event !== TRANSFER || from === undefined || to === undefined) return undefined
  if (id === undefined && data.length !== WORD) return undefined
  const amount = id === undefined ? Number(hexToBigInt(data)) : 1
  return [`0x${from.slice(PADDED)}`, `0x${to.slice(PADDED)}`, amount]
}

function lower(text: string | null | undefined): string | null {
  return text?.toLowerCase() ?? null
}
