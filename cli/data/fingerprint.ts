import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { fingerprint, openDataset, proveInclusion } from '../../src/data/index.ts'
import { fromHex, toHex } from '../../src/protocol/index.ts'
import type { Hex } from '../../src/protocol/index.ts'
import { wholeNumber } from '../chain-options.ts'
import { readSchema } from './read-schema.ts'
import { progressTo, withData } from './session.ts'
import type { DataFlags } from './session.ts'

interface FingerprintFlags extends DataFlags {
  saltFile: string
  prove?: number
}

/** `quorate data fingerprint`: a salted root of the records, or the proof that one record is under it. */
export default function fingerprintCommand(data: Command): void {
  withData(data.command('fingerprint'))
    .description('print the salted Merkle root of the records, or a proof for one record')
    .requiredOption('--salt-file <file>', 'file of the secret salt; it is made where there is none. Keep it: proofs need it')
    .option('--prove <index>', 'print the proof for this record instead, counted from 0', wholeNumber)
    .action(async (flags: FingerprintFlags) => {
      const output = createOutput(flags.json)
      using interrupt = onInterrupt()
      const schema = await readSchema('--schema', flags.schema)
      const salt = await readSalt(flags.saltFile)
      await using dataset = await openDataset(schema, flags.data, {
        tokeniser: flags.tokeniser,
        signal: interrupt.signal,
        onProgress: progressTo(output),
      })
      const found = fingerprint(dataset, salt)
      if (flags.prove === undefined) {
        const lines = [`root     ${found.root}`, `schema   ${found.schemaHash}`, `records  ${found.records}`]
        output.result({ event: 'fingerprint', ok: true, ...found }, lines.join('\n'))
        return
      }
      if (flags.prove >= found.records)
        throw new QuorateError('FLAG_INVALID', `--prove ${flags.prove}: the records are 0 to ${found.records - 1}`)
      const proof = proveInclusion(dataset, salt, flags.prove)
      output.result({ event: 'inclusion', ok: true, root: found.root, proof }, JSON.stringify(proof, null, 2))
    })
}

/** The salt of a file, 32 bytes as hex. A new one is written where there is none. */
async function readSalt(path: string): Promise<Uint8Array> {
  const fresh = toHex(randomBytes(32))
  await writeFile(path, `${fresh}\n`, { flag: 'wx', mode: 0o600 }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST')
      throw new QuorateError('FLAG_INVALID', `--salt-file: ${path} cannot be written: ${cause.message}`, { cause })
  })
  const text = (await readFile(path, 'utf8')).trim()
  if (!/^0x[0-9a-f]{64}$/.test(text))
    throw new QuorateError('FLAG_INVALID', `--salt-file: ${path} does not hold 0x and 64 hexadecimal digits`)
  return fromHex(text as Hex)
}
