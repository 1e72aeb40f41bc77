// Child process of full-disk.test.ts: runs on a file system of 512 KiB, fills it, and prints the state of the stored
// data.
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isQuorateError } from '../../../src/core/index.ts'
import { keccak } from '../../../src/protocol/hash.ts'
import type { Hash } from '../../../src/protocol/types.ts'
import { ensureTlsIdentity } from '../../../src/rpc/index.ts'
import { openBlobStore, openJournal, writeFileAtomic } from '../../../src/storage/index.ts'

const root = process.argv[2]!
const codeOf = (error: unknown) => (isQuorateError(error) ? error.code : String(error))

const journal = openJournal(join(root, 'data'))
const blobs = await openBlobStore({ folder: join(root, 'blobs'), extension: '.bin', addressOf: keccak })
await writeFileAtomic(join(root, 'manifest.json'), 'old')

const spare = join(root, 'spare')
writeFileSync(spare, new Uint8Array(100_000))

const stored: Hash[] = []
let blobError = 'none'
try {
  for (let i = 0; ; i++) stored.push(await blobs.add(new Uint8Array(30_000).fill(i)))
} catch (error) {
  blobError = codeOf(error)
}

let appended = 0
let journalError = 'none'
try {
  for (; ; appended++) journal.append(1n, 'filler', { text: 'x'.repeat(2000) })
} catch (error) {
  journalError = codeOf(error)
}

const replaceError = await writeFileAtomic(join(root, 'manifest.json'), 'n'.repeat(200_000)).then(() => 'none', codeOf)
const tlsError = await ensureTlsIdentity(join(root, 'tls'), { hosts: [] }).then(() => 'none', codeOf)
const keptWhileFull = journal.events(1n).length
const blobsWhileFull = (await Promise.all(stored.map((hash) => blobs.get(hash)))).length

rmSync(spare)
journal.append(2n, 'after', {})
stored.push(await blobs.add(new Uint8Array(30_000).fill(255)))
journal.close()
const reopened = openJournal(join(root, 'data'))

console.log(
  JSON.stringify({
    blobError,
    journalError,
    replaceError,
    tlsError,
    appended,
    keptWhileFull,
    kept: reopened.events(1n).length,
    after: reopened.events(2n).length,
    stored: stored.length,
    blobsWhileFull,
    blobs: (await Promise.all(stored.map((hash) => blobs.get(hash)))).length,
    files: readdirSync(join(root, 'blobs')).length,
    leftovers: [...readdirSync(root), ...readdirSync(join(root, 'blobs'))].filter((name) => name.includes('.tmp-')).length,
  }),
)
reopened.close()
