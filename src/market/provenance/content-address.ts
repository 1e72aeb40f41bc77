import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { create } from 'multiformats/hashes/digest'
import { fromHex } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'

/** Code of SHA-256 in the table of multihashes. */
const SHA2_256 = 0x12

/**
 * Content address of a file: CID version 1 of its plain bytes (codec `raw`) under SHA-256, in base 32. IPFS gives it to a file that is
 * added as one block (`ipfs add --raw-leaves --cid-version 1`, up to 256 KiB), and to a larger one that is put as a block. A store that cuts the file into
 * a tree of blocks names the root of the tree, which is another address of the same bytes.
 *
 * @param digest SHA-256 of the bytes
 * @example contentAddress(await digestOfFile('wards.safetensors')) // 'bafkrei…'
 */
export function contentAddress(digest: Hash): string {
  return CID.createV1(raw.code, create(SHA2_256, fromHex(digest))).toString(base32)
}
