import { resolve } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { isAddress } from 'viem'
import { z } from 'zod'

/** A contract or account; a mixed-case one must have the right EIP-55 checksum, which catches typing errors. */
export const addressField = z
  .string()
  .refine((text) => isAddress(text), 'expected a 20-byte address, 0x…')
  .transform((text) => text)
  .meta({ form: 'address', example: '0x5FbDB2315678afecb367f032d93F642f64180aa3' })

const rpcUrlField = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^(https?|wss?):$/.test(new URL(text).protocol),
    'expected a URL that begins with http:, https:, ws: or wss:',
  )
  .meta({ form: 'URL' })

/** One endpoint, or a list of them that must agree. Named twice, an endpoint would agree with itself. */
export const rpcUrlsField = z
  .union([
    rpcUrlField,
    z
      .array(rpcUrlField)
      .min(1, 'expected at least one URL')
      .max(16, 'expected at most 16 URLs')
      .refine((urls) => new Set(urls).size === urls.length, 'expected every URL once'),
  ])
  .meta({ example: 'http://127.0.0.1:8545' })

/** `host:port`, IPv6 hosts in brackets. */
export const hostPortField = z
  .string()
  .refine((text) => {
    const port = /^(?:[^\s:/[\]]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/.exec(text)?.[1]
    return port !== undefined && Number(port) <= 65_535
  }, 'expected host:port, for example "127.0.0.1:7050"')
  .meta({ form: 'host:port', example: '127.0.0.1:7050' })

export const multiaddrField = z
  .string()
  .refine((text) => {
    try {
      multiaddr(text)
      return true
    } catch {
      return false
    }
  }, 'expected a multiaddr, for example "/ip4/0.0.0.0/tcp/4001"')
  .meta({ form: 'multiaddr', example: '/ip4/0.0.0.0/tcp/4001' })

/** A block number. */
export const blockField = z.int('expected a block number').min(0, 'expected a block number from 0').transform(BigInt)

/** A task number; u64 on the wire, and TOML holds nothing larger than 2^53 safely anyway. */
export const taskIdField = z
  .int('expected a whole number')
  .min(0, 'expected a whole number from 0')
  .transform(BigInt)
  .meta({ example: 1 })

/** The host of `host:port`, without brackets. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replaceAll(/[[\]]/g, '')
}

/** A path, relative to the folder of the configuration file. */
export function pathField(folder: string) {
  return z
    .string()
    .min(1, 'expected a path')
    .transform((path) => resolve(folder, path))
    .meta({ form: 'path' })
}
