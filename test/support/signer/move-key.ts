import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { privateKeyToAddress } from 'viem/accounts'
import { loadKeyFile } from '../../../src/config/index.ts'
import type { Hex } from '../../../src/protocol/index.ts'

/** The operator key of a configuration file that has it in a file. */
export async function operatorKeyOf(configPath: string): Promise<Hex> {
  return loadKeyFile(join(dirname(configPath), 'operator.key'))
}

/** Lets a configuration name a signer in place of the file of the operator key, which is removed. */
export async function moveKey(configPath: string, { url, token }: { url: string; token: string }): Promise<void> {
  const folder = dirname(configPath)
  const address = privateKeyToAddress(await operatorKeyOf(configPath))
  await writeFile(join(folder, 'signer.token'), `${token}\n`, { mode: 0o600 })
  const config = await readFile(configPath, 'utf8')
  const source = `{ signer = "${url}", address = "${address}", token = "signer.token", timeoutSeconds = 60 }`
  const moved = config.replace('operator = "operator.key"', `operator = ${source}`)
  if (moved === config) throw new Error(`${configPath} names no file of the operator key`)
  await writeFile(configPath, moved)
  await rm(join(folder, 'operator.key'))
}
