import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findContracts, readOwnerOfKey, readToken, readVault } from '../../src/chain/index.ts'
import type { Chain } from '../../src/chain/index.ts'
import { hostOf } from '../../src/config/index.ts'
import type { CoordinatorConfig, Invitation, InvitedOperator } from '../../src/config/index.ts'
import { formatAmount, QuorateError } from '../../src/core/index.ts'
import { accountOf, openAccountKey } from '../../src/account/index.ts'
import { verifyInvitation } from '../../src/node/actions/index.ts'
import { ensureTlsIdentity } from '../../src/rpc/tls-identity.ts'

export interface MakeInvitationOptions {
  /** Of the operator that invites. */
  config: CoordinatorConfig
  /** `host:port` by which members reach it; what it listens on if left out. */
  address?: string
  /** Chain nodes to name, which hold no key. */
  rpcUrl: string | string[]
  /** Tokens to ask of a member; the least that the vault takes if left out. */
  stake?: string
  /** Unix seconds. */
  joinBy?: number
  /** Operators of other machines, from invitations of their own. */
  others?: readonly InvitedOperator[]
  signal?: AbortSignal
}

/**
 * Makes the invitation to an operator's task, and compares it with the chain as its readers will. The operator's certificate is made if there is none yet.
 *
 * @throws QuorateError FLAG_INVALID without an address that others can dial, INVITATION_INVALID, KEY_NOT_REGISTERED before the operator joined the task, TLS_INVALID
 */
export async function makeInvitation(chain: Chain, options: MakeInvitationOptions): Promise<Invitation> {
  const { config, rpcUrl, joinBy, others = [], signal } = options
  const address = options.address ?? listeningAddress(config.grpc)
  const { ledger, fromBlock } = config.chain
  const { vault, distributor, judge, token } = await findContracts(chain, { ledger, task: config.task.id, signal })
  const [unit, { minBond }, key] = await Promise.all([
    readToken(chain, { token, signal }),
    readVault(chain, { vault, signal }),
    openAccountKey(config.keys.operator),
  ])
  const owner = await readOwnerOfKey(chain, { vault, operatorKey: accountOf(key).address, signal })
  const { certificate, fingerprint } = await ensureTlsIdentity(join(config.state.folder, 'tls'), {
    hosts: [...config.grpc.hosts, hostOf(address)],
  })
  const invitation: Invitation = {
    kind: 'quorate-invitation',
    version: 1,
    chain: { rpcUrl, chainId: chain.chainId, ledger, fromBlock },
    contracts: { vault, distributor, judge, token },
    task: {
      id: config.task.id,
      specification: await readTaskText(config.task.spec),
      document: await readTaskText(config.task.document),
    },
    token: unit,
    stake: options.stake ?? formatAmount(minBond, unit),
    operators: [{ owner, address, certificate, fingerprint }, ...others],
    ...(joinBy !== undefined && { joinBy: new Date(joinBy * 1000).toISOString() }),
  }
  await verifyInvitation(chain, invitation, { now: 0, signal })
  return invitation
}

/** Where the operator listens, if others can dial it. @throws QuorateError FLAG_INVALID */
export function listeningAddress({ listen, hosts }: CoordinatorConfig['grpc']): string {
  const port = listen.slice(listen.lastIndexOf(':') + 1)
  const [named = hostOf(listen)] = hosts
  if (port !== '0' && !['0.0.0.0', '::', ''].includes(named))
    return named.includes(':') ? `[${named}]:${port}` : `${named}:${port}`
  throw new QuorateError(
    'FLAG_INVALID',
    `--address: nobody can dial ${listen}: name what members dial, such as operator.example.org:${port === '0' ? 7050 : port}`,
    { details: { listen } },
  )
}

async function readTaskText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new QuorateError('CONFIG_INVALID', `${path} cannot be read`, { cause, details: { path } })
  })
}
