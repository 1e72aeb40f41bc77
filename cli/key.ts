import type { Command } from 'commander'
import { privateKeyToAddress } from 'viem/accounts'
import { createKeyFile, createKeystoreFile, loadKey, loadKeyFile, readPassphrase } from '../src/config/index.ts'
import { createOutput } from '../src/console/index.ts'
import { QuorateError } from '../src/core/index.ts'
import { askSecret } from '../src/secrets/index.ts'

interface Flags {
  keystore: boolean
  passphraseFile?: string
  json: boolean
}

const PASSPHRASE = [
  '--passphrase-file <file>',
  'file with the passphrase of the keystore; the terminal is asked by default',
] as const
const JSON_FLAG = ['--json', 'print the result as JSON', false] as const

/** `quorate key new | address`. */
export default function keyCommand(program: Command): void {
  const command = program.command('key').description('make a key, or say the address of one')

  command
    .command('new')
    .description('make a key in a new file that only you may read; an existing file is never overwritten')
    .argument('<path>', 'file to write')
    .option('--keystore', 'write a keystore (version 3) that a passphrase opens, in place of the plain key', false)
    .option(...PASSPHRASE)
    .option(...JSON_FLAG)
    .action(async (path: string, { keystore, passphraseFile, json }: Flags) => {
      if (passphraseFile !== undefined && !keystore)
        throw new QuorateError('FLAG_INVALID', '--passphrase-file needs --keystore: a plain key has no passphrase')
      const key = keystore ? await createKeystoreFile(path, await newPassphrase(path, passphraseFile)) : await createKeyFile(path)
      const address = privateKeyToAddress(key)
      createOutput(json).result({ event: 'key', ok: true, path, address, keystore }, `Wrote ${path}\nAddress ${address}`)
    })

  command
    .command('address')
    .description('say the address of a key file or a keystore')
    .argument('<path>', 'key file or keystore')
    .option(...PASSPHRASE)
    .option(...JSON_FLAG)
    .action(async (path: string, { passphraseFile, json }: Flags) => {
      const key = await (passphraseFile === undefined
        ? loadKeyFile(path)
        : loadKey({ keystore: path, passphrase: passphraseFile }))
      const address = privateKeyToAddress(key)
      createOutput(json).result({ event: 'address', ok: true, path, address }, address)
    })
}

/** From the file, or twice from the terminal: a typing error would lose the key. */
async function newPassphrase(path: string, file: string | undefined): Promise<string> {
  const passphrase = file === undefined ? await askSecret(`New passphrase for ${path}: `) : await readPassphrase(file)
  if (passphrase === undefined)
    throw new QuorateError('USAGE', 'there is no terminal to ask for a passphrase: name a file with --passphrase-file')
  if (passphrase === '') throw new QuorateError('USAGE', 'the passphrase is empty: write a plain key without --keystore instead')
  if (file === undefined && (await askSecret('The same passphrase again: ')) !== passphrase)
    throw new QuorateError('USAGE', 'the two passphrases differ, and nothing was written: try again')
  return passphrase
}
