import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import {
  chargeRound,
  deployGrants,
  findContracts,
  grantData,
  noteRound,
  readDataGrant,
  readTask,
  registerDataSet,
} from '../../../src/chain/index.ts'
import { formatTokens, parseAmount, plural, QuorateError } from '../../../src/core/index.ts'
import { claimOfRound, rowProof } from '../../../src/market/index.ts'
import { keccak, toHex, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'
import { addressName } from '../../agents/names.ts'
import { sendingFrom, withChain } from '../../agents/session.ts'
import type { ChainFlags, Signing } from '../../agents/session.ts'
import { address, positiveNumber } from '../../chain-options.ts'
import { taskNumber } from '../../model/names.ts'
import { hash } from '../../model/options.ts'
import { sendingGrants, withGrantsKey } from './session.ts'
import type { GrantsSenderFlags } from './session.ts'

type DeployFlags = ChainFlags & Signing & { ledger: Address; registry: Address; settlementDays: number }
type GrantFlags = GrantsSenderFlags & { days: number; price: string }
type ChargeFlags = GrantsSenderFlags & { evidence: string }

const DAY = 86_400

/** `quorate data deploy | register | grant | note | charge`: for owners of data sets. */
export default function ownerCommands(data: Command): void {
  withChain(data.command('deploy'))
    .description('deploy a contract in which owners of data sets grant access')
    .requiredOption('--ledger <address>', 'address of the RoundLedger', address)
    .requiredOption('--registry <address>', 'address of the ModelRegistry', address)
    .requiredOption('--key-file <file>', 'private key of any account with gas')
    .option('--settlement-days <n>', 'days after the end of a grant in which its last rounds are charged', positiveNumber, 30)
    .action(async (flags: DeployFlags) => deploy(flags))

  withGrantsKey(data.command('register <root>'), 'key of the owner of the data set')
    .description('register the root of a fingerprint as a data set')
    .option('--terms <file>', 'text that says what the data may be used for; its hash is registered')
    .action(async (root: string, flags: GrantsSenderFlags & { terms?: string }) => register(hash(root), flags))

  withGrantsKey(data.command('grant <data-set> <task> <member>'), 'key of the owner of the data set')
    .description('let a member of a task train on a data set, for a time')
    .option('--days <n>', 'days until the grant is over', positiveNumber, 30)
    .option('--price <tokens>', 'price of a round; a grant without a price runs at once', '0')
    .action(async (dataSet: string, task: string, member: string, flags: GrantFlags) =>
      grant(hash(dataSet), taskNumber(task), addressName(member), flags),
    )

  withGrantsKey(data.command('note <task> <round>'), 'key of any account with gas')
    .description('remember when a posted round opened, so that it can be charged after the ledger has forgotten it')
    .action(async (task: string, round: string, flags: GrantsSenderFlags) => note(taskNumber(task), taskNumber(round), flags))

  withGrantsKey(data.command('charge <grant> <round>'), 'key of any account with gas')
    .description('charge a final round to a grant: the owner of the data set is owed its price')
    .requiredOption('--evidence <folder>', 'evidence folder of any node, with subfolders <task>/<round>/')
    .action(async (name: string, round: string, flags: ChargeFlags) => charge(hash(name), taskNumber(round), flags))
}

async function deploy(flags: DeployFlags): Promise<void> {
  const { ledger, registry, settlementDays } = flags
  await sendingFrom(flags, async ({ chain, sender, signal }) => {
    const { token } = await findContracts(chain, { ledger, signal })
    const settlement = settlementDays * DAY
    const { grants } = await deployGrants(sender, { registry, token, settlement, signal })
    return { result: { event: 'grantsDeployed', grants, registry, settlement }, text: `DataGrants ${grants}` }
  })
}

async function register(root: Hash, flags: GrantsSenderFlags & { terms?: string }): Promise<void> {
  const { grants } = flags
  const terms = flags.terms === undefined ? ZERO_HASH : await hashOfFile(flags.terms)
  await sendingGrants(flags, async ({ sender, signal }) => {
    const { dataSet } = await registerDataSet(sender, { grants, root, terms, signal })
    return { result: { event: 'dataSetRegistered', dataSet, root, terms, owner: sender.address }, text: `Data set ${dataSet}` }
  })
}

async function grant(dataSet: Hash, task: bigint, grantee: Address, flags: GrantFlags): Promise<void> {
  const { grants, days } = flags
  await sendingGrants(flags, async ({ chain, sender, unit, signal }) => {
    const price = parseAmount(flags.price, unit)
    const { timestamp } = await chain.publicClient.getBlock()
    const until = Number(timestamp) + days * DAY
    const made = await grantData(sender, { grants, dataSet, task, grantee, until, price, signal })
    const starts = price === 0n ? 'runs now' : `runs once it is funded, at ${formatTokens(price, unit)} a round`
    return {
      result: { event: 'granted', grant: made.grant, dataSet, task, grantee, until, price },
      text: `Grant ${made.grant} ${starts}, for ${plural(days, 'day')}`,
    }
  })
}

async function note(task: bigint, round: bigint, flags: GrantsSenderFlags): Promise<void> {
  const { grants } = flags
  await sendingGrants(flags, async ({ sender, signal }) => {
    await noteRound(sender, { grants, task, round, signal })
    return { result: { event: 'roundNoted', task, round }, text: `The opening of round ${round} is noted` }
  })
}

async function charge(name: Hash, round: bigint, flags: ChargeFlags): Promise<void> {
  const { grants, evidence, fromBlock } = flags
  await sendingGrants(flags, async ({ chain, contracts, sender, unit, signal }) => {
    const { task, grantee } = await readDataGrant(chain, { grants, grant: name, signal })
    const found = await claimOfRound({ chain, contracts, task, round, fromBlock, signal })
    const { specHash } = await readTask(chain, { ledger: contracts.ledger, task, signal })
    const proof = await rowProof(evidence, found, { member: grantee, specHash })
    const charged = await chargeRound(sender, { grants, grant: name, ...found, ...proof, signal })
    const { owner, price, left } = charged
    return {
      result: { event: 'roundCharged', grant: name, task, round, owner, price, left },
      text: `${owner} is owed ${formatTokens(price, unit)} for round ${round}; ${formatTokens(left, unit)} are left of the grant`,
    }
  })
}

async function hashOfFile(path: string): Promise<Hash> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new QuorateError('FLAG_INVALID', `--terms: ${path} cannot be read`, { cause })
  })
  return toHex(keccak(bytes))
}
