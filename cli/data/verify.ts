import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { createOutput } from '../../src/console/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { verifyInclusion } from '../../src/data/index.ts'
import type { Hash } from '../../src/protocol/index.ts'

const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/, 'expected 0x and 64 lower-case hexadecimal digits')
  .transform((text) => text as Hash)

const proofSchema = z.object({
  index: z.int().nonnegative(),
  record: hash,
  schemaHash: hash,
  salt: hash,
  siblings: z.array(hash).max(53),
})

/** `quorate data verify`: whether a proof shows a record under a root. */
export default function verifyCommand(data: Command): void {
  data
    .command('verify')
    .description('check the proof that a record is under the root of a fingerprint')
    .requiredOption('--root <hash>', 'root of the fingerprint')
    .requiredOption('--proof <file>', 'proof that `quorate data fingerprint --prove` printed')
    .option('--json', 'print the result as JSON', false)
    .action(async (flags: { root: string; proof: string; json: boolean }) => {
      const output = createOutput(flags.json)
      const root = hash.safeParse(flags.root.toLowerCase())
      if (!root.success) throw new QuorateError('FLAG_INVALID', `--root: ${root.error.issues[0]!.message}`)
      const proof = await readProof(flags.proof)
      if (!verifyInclusion(root.data, proof))
        throw new QuorateError('AUDIT_MISMATCH', `record ${proof.record} is not under the root ${root.data}`)
      output.result({ event: 'verified', ok: true, root: root.data, ...proof }, `Record ${proof.index} is under the root.`)
    })
}

async function readProof(path: string): Promise<z.output<typeof proofSchema>> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as { proof?: unknown }
    return proofSchema.parse(value.proof ?? value)
  } catch (cause) {
    throw new QuorateError('FLAG_INVALID', `--proof: ${path} is not a proof`, { cause })
  }
}
