import { InvalidArgumentError, Option } from 'commander'
import { isAddress } from 'viem'
import type { Address } from '../src/protocol/index.ts'

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text))) throw new InvalidArgumentError('expected a whole number.')
  return Number(text)
}

export function positiveNumber(text: string): number {
  const value = wholeNumber(text)
  if (value < 1) throw new InvalidArgumentError('expected a whole number from 1.')
  return value
}

export function address(text: string): Address {
  if (!isAddress(text)) throw new InvalidArgumentError('expected an address, 0x and 40 hexadecimal digits.')
  return text
}

function rpcUrl(text: string, before: readonly string[] = []): string[] {
  if (!/^(https?|wss?):\/\/./.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('expected a URL that begins with http://, https://, ws:// or wss://.')
  if (before.includes(text)) throw new InvalidArgumentError('this URL is named twice.')
  return [...before, text]
}

/** `--rpc`, once for each node. The command receives a list. */
export function rpcOption(description = 'JSON-RPC URL of any node of the chain; repeated, for nodes that must agree'): Option {
  return new Option('--rpc <url>', description).argParser(rpcUrl)
}

/** What a configuration file holds for the URLs of `--rpc`. */
export function configuredRpc(urls: readonly string[]): string | string[] {
  return urls.length === 1 ? urls[0]! : [...urls]
}

/** A whole number with a default, which the help shows; commander cannot write a bigint by itself. */
export function bigintOption(flags: string, description: string, fallback: bigint): Option {
  return new Option(flags, description).argParser((text) => BigInt(wholeNumber(text))).default(fallback, String(fallback))
}
