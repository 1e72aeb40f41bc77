import { connectChain, findContracts, readToken, readVault, askChainId } from '../../src/chain/index.ts'
import type { Chain } from '../../src/chain/index.ts'
import { readInvitation } from '../../src/config/index.ts'
import type { Invitation } from '../../src/config/index.ts'
import { formatAmount, QuorateError, silentLogger } from '../../src/core/index.ts'
import { lowerHex, toHex } from '../../src/protocol/index.ts'
import { createCoordinatorClient, fetchCertificate } from '../../src/rpc/index.ts'

export interface OpenInvitationOptions {
  /** Chain nodes of the member's own; those of the invitation if left out. */
  rpc?: string[]
  /** Of the certificate of an operator that is given by its address. */
  fingerprint?: string
  signal: AbortSignal
}

export interface OpenedInvitation {
  invitation: Invitation
  /** The chain node that the member takes from now on. */
  rpcUrl: string | string[]
  /** Close it. */
  chain: Chain
}

/** `tcp://host:port` or `host:port`; a file may have any other name. */
const ADDRESS = /^(?:tcp:\/\/)?((?:[^\s:/[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5})$/

/**
 * Opens what a founder gave to a member: an invitation file, or the address of an operator. An operator that is asked by address shows its
 * certificate first, which the member has to confirm by its fingerprint.
 *
 * @throws QuorateError INVITATION_INVALID, CERTIFICATE_UNCONFIRMED, FLAG_INVALID, COORDINATOR_UNREACHABLE, RPC_UNREACHABLE, CHAIN_ID_MISMATCH
 */
export async function openInvitation(
  given: string,
  { rpc, fingerprint, signal }: OpenInvitationOptions,
): Promise<OpenedInvitation> {
  const address = ADDRESS.exec(given)?.[1]
  if (address === undefined) {
    const invitation = await readInvitation(given)
    const rpcUrl = rpc ? urls(rpc) : invitation.chain.rpcUrl
    const { chainId } = invitation.chain
    return { invitation, rpcUrl, chain: await connectChain({ rpcUrl, chainId, logger: silentLogger, signal }) }
  }
  if (!rpc)
    throw new QuorateError(
      'FLAG_INVALID',
      `--rpc: an address does not say which chain: name a node of it, or take an invitation file`,
    )
  const shown = await fetchCertificate(address, { signal })
  if (shown.fingerprint !== fingerprint?.trim().toUpperCase())
    throw new QuorateError(
      'CERTIFICATE_UNCONFIRMED',
      fingerprint === undefined
        ? `the operator ${address} shows a certificate with the fingerprint ${shown.fingerprint}`
        : `the operator ${address} shows a certificate with the fingerprint ${shown.fingerprint}, and not ${fingerprint}`,
      { details: { address, fingerprint: shown.fingerprint } },
    )
  const chain = await connectChain({ rpcUrl: urls(rpc), chainId: await askChainId(rpc, signal), logger: silentLogger, signal })
  try {
    return { invitation: await askOperator(chain, { address, ...shown, rpcUrl: urls(rpc), signal }), rpcUrl: urls(rpc), chain }
  } catch (error) {
    await chain.close()
    throw error
  }
}

/** The invitation that an operator gives by its answers. The chain says what they are worth (`verifyInvitation`). */
async function askOperator(
  chain: Chain,
  {
    address,
    certificate,
    fingerprint,
    rpcUrl,
    signal,
  }: { address: string; certificate: string; fingerprint: string; rpcUrl: string | string[]; signal: AbortSignal },
): Promise<Invitation> {
  const client = createCoordinatorClient({ address, tls: { ca: certificate } })
  try {
    const offer = await client.getTask({ signal })
    if (Number(offer.chainId) !== chain.chainId)
      throw new QuorateError(
        'INVITATION_INVALID',
        `the operator ${address} serves chain ${offer.chainId}, and --rpc names chain ${chain.chainId}`,
      )
    const ledger = lowerHex(toHex(offer.ledger))
    const { vault, distributor, judge, token } = await findContracts(chain, { ledger, task: offer.task, signal })
    const [unit, { minBond }] = await Promise.all([readToken(chain, { token, signal }), readVault(chain, { vault, signal })])
    return {
      kind: 'quorate-invitation',
      version: 1,
      chain: { rpcUrl, chainId: chain.chainId, ledger, fromBlock: 0n },
      contracts: { vault, distributor, judge, token },
      task: { id: offer.task, specification: offer.specJson, document: offer.documentJson },
      token: unit,
      stake: formatAmount(minBond, unit),
      operators: [{ owner: toHex(offer.operator), address, certificate, fingerprint }],
    }
  } finally {
    client.close()
  }
}

const urls = (list: string[]): string | string[] => (list.length === 1 ? list[0]! : list)
