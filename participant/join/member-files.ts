import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { createKeyFile, defaultListen, readMemberConfig, writeMemberConfig } from '../../src/config/index.ts'
import type { Invitation, MemberConfig } from '../../src/config/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { accountOf, openAccountKey } from '../../src/account/index.ts'
import type { Address } from '../../src/protocol/index.ts'

export interface MemberFilesOptions {
  /** Folder of the member. */
  out: string
  /** Key that owns the stake; `keys/owner.key` of the folder if left out. */
  ownerKey?: string
  rpcUrl: string | string[]
  data?: string
  /** Command of a program that trains, which runs in the current folder. */
  trainer?: string
  /** Where the node listens for peers, and what it tells others. */
  p2p?: string
  announce?: string[]
}

export interface MemberFiles {
  /** `member.toml`. */
  path: string
  config: MemberConfig
  /** Of the owner key. */
  owner: Address
  operatorKey: Address
  /** Names of what was written now, relative to the folder. */
  written: string[]
}

/**
 * Writes what a member needs: keys, the certificates of the operators, `member.toml`. What is there already is kept, so that this may be repeated at any time.
 *
 * @throws QuorateError KEY_INVALID, CONFIG_INVALID when the folder belongs to another task or has other data
 */
export async function memberFiles(invitation: Invitation, options: MemberFilesOptions): Promise<MemberFiles> {
  const { ownerKey, data } = options
  const out = resolve(options.out)
  const path = join(out, 'member.toml')
  const written: string[] = []
  const at = (name: string): string => join(out, name)
  const owner = ownerKey === undefined ? at('keys/owner.key') : resolve(ownerKey)
  await mkdir(out, { recursive: true })
  const known = existsSync(path) ? await keptConfig(path, invitation, data) : undefined
  const keys = known?.keys ?? { operator: at('keys/operator.key'), peer: at('keys/peer.key'), owner }
  if (!keys.owner)
    throw new QuorateError(
      'CONFIG_INVALID',
      `${path} names no owner key: set owner under [keys], or name another folder with --out`,
    )
  for (const file of [keys.owner, keys.operator, keys.peer]) {
    // A key elsewhere is there already, or its owner puts it there.
    if (typeof file !== 'string' || existsSync(file) || (file === keys.owner && ownerKey !== undefined)) continue
    await createKeyFile(file)
    written.push(relative(out, file))
  }
  const coordinator = await writeCertificates(out, invitation)
  if (!known) {
    await writeMemberConfig(path, {
      chain: {
        rpcUrl: options.rpcUrl,
        chainId: invitation.chain.chainId,
        ledger: invitation.chain.ledger,
        fromBlock: Number(invitation.chain.fromBlock),
      },
      task: { id: Number(invitation.task.id) },
      keys: { operator: 'keys/operator.key', peer: 'keys/peer.key', owner: relative(out, owner) },
      p2p: {
        listen: [options.p2p ?? defaultListen(invitation.operators.map(({ address }) => address))],
        ...(options.announce && { announce: options.announce }),
      },
      state: { folder: 'state' },
      log: { file: 'member.log' },
      coordinator,
      training: {
        evaluate: true,
        ...(data !== undefined && { datasetDir: relative(out, resolve(data)) || '.' }),
        ...(options.trainer !== undefined && { trainer: options.trainer, trainerFolder: relative(out, process.cwd()) || '.' }),
      },
    })
    written.push('member.toml')
  }
  const config = known ?? (await readMemberConfig(path))
  return {
    path: join(options.out, 'member.toml'),
    config,
    owner: accountOf(await openAccountKey(keys.owner)).address,
    operatorKey: accountOf(await openAccountKey(keys.operator)).address,
    written,
  }
}

/** A configuration that is there, if it is that of the same task and the same data. */
async function keptConfig(path: string, { chain, task }: Invitation, data: string | undefined): Promise<MemberConfig> {
  const config = await readMemberConfig(path)
  const other = (what: string): QuorateError =>
    new QuorateError('CONFIG_INVALID', `${path} ${what}: edit or remove it, or name another folder with --out`)
  if (config.chain.ledger.toLowerCase() !== chain.ledger.toLowerCase() || config.task.id !== task.id)
    throw other(`is of task ${config.task.id} of ledger ${config.chain.ledger}`)
  const { datasetDir } = config.training
  if (data !== undefined && datasetDir !== resolve(data))
    throw other(`trains on ${datasetDir ?? 'the package'}, and not on ${data}`)
  return config
}

/** The files that the member pins, and where the operators are. */
async function writeCertificates(out: string, { operators }: Invitation): Promise<{ address: string; ca: string }[]> {
  await mkdir(join(out, 'operators'), { recursive: true })
  return Promise.all(
    operators.map(async ({ address, certificate }) => {
      const ca = join('operators', `${address.replaceAll(/[^\w.-]/g, '-')}.pem`)
      const path = join(out, ca)
      // Whoever changes an invitation on its way must not change what this member has pinned already.
      if (existsSync(path) && (await readFile(path, 'utf8')) !== certificate)
        throw new QuorateError(
          'CONFIG_INVALID',
          `${path} is another certificate than the invitation has for ${address}: compare the fingerprint with the operator, and remove the file if it changed its certificate`,
        )
      await writeFile(path, certificate)
      return { address, ca }
    }),
  )
}
