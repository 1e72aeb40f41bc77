import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import {
  accountFromKey,
  askChainId,
  connectChain,
  errorInTokens,
  deployQuorate,
  deploymentRules,
  DEVELOPMENT_TIMES,
  DEVELOPMENT_TOKEN,
  mintDevelopmentTokens,
  readAccount,
  readToken,
  readVault,
  ResumingSender,
  sendEther,
  shortestTimes,
} from '../../src/chain/index.ts'
import type { Chain } from '../../src/chain/index.ts'
import { invitationText, loadKeyFile, readCoordinatorConfig } from '../../src/config/index.ts'
import { createOutput, onInterrupt, toJson } from '../../src/console/index.ts'
import { isQuorateError, plural, QuorateError, silentLogger, systemClock } from '../../src/core/index.ts'
import { joinTask } from '../../src/node/actions/index.ts'
import { taskRule } from '../../src/aggregation/index.ts'
import { modelByName } from '../../src/training/index.ts'
import { openTask } from '../../coordinator/actions/create-task.ts'
import { makeInvitation } from '../../coordinator/actions/make-invitation.ts'
import { writeOperatorConfig } from '../../coordinator/actions/operator-config.ts'
import { readTaskFiles, TASK_FILES, writeTaskFiles } from '../../coordinator/actions/task-files.ts'
import { configuredRpc } from '../chain-options.ts'
import { flagValue } from '../flag-value.ts'
import { publicRpc } from '../invite.ts'
import { penaltiesIn } from '../task-options.ts'
import { plannedTask } from '../task/planned-task.ts'
import type { PlannedTaskFlags } from '../task/planned-task.ts'
import { govern, governanceTerms } from './governance.ts'
import type { GovernanceFlags } from './governance.ts'
import { deployTerms } from './terms.ts'
import { openDeployment, TERMS } from './unfinished.ts'
import type { DeployPlan } from './unfinished.ts'

export interface DeployFlags extends PlannedTaskFlags, GovernanceFlags {
  rpc: readonly string[]
  chainId?: number
  keyFile: string
  token?: `0x${string}`
  operatorBond: string
  courtBond: string
  development: boolean
  blockTime: number
  out: string
  grpc: string
  p2p: string
  json: boolean
}

/** Deploys, or goes on with a deployment that stopped in the same folder. */
export async function runDeploy(flags: DeployFlags): Promise<void> {
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const out = resolve(flags.out)
  const shown = (name: string): string => join(flags.out, name)
  if (flags.taskFile === undefined) {
    flagValue('--rule', () => taskRule(flags.rule))
    flagValue('--model', () => modelByName(flags.model))
    // The unit of the development token is known before the chain is.
    if (flags.token === undefined) deployTerms(flags, DEVELOPMENT_TOKEN)
  }
  if (flags.token === undefined) governanceTerms(flags, DEVELOPMENT_TOKEN)
  const chainId = flags.chainId ?? (await askChainId(flags.rpc, signal))
  await using chain = await connectChain({ rpcUrl: flags.rpc, chainId, logger: silentLogger, signal })
  const account = accountFromKey(await loadKeyFile(flags.keyFile))
  const unit = flags.token === undefined ? DEVELOPMENT_TOKEN : await readToken(chain, { token: flags.token, signal })
  // Refused before the first transaction, not after a dozen.
  if (flags.taskFile !== undefined) output.story('· training once, as a member would')
  const { files, terms, fines } = await plannedTask(flags, { unit, signal })
  const planned = flags.taskFile === undefined ? undefined : { files, terms, fines }
  const { operatorBond: bond, unitBond, rewardPerRound } = deployTerms(flags, unit, planned)
  const rules = governanceTerms(flags, unit)
  await mkdir(out, { recursive: true })
  const agreed = toJson({ terms, fines, bond, unitBond, rewardPerRound, rules })
  using unfinished = openDeployment(out, planOf(flags, { chainId, deployer: account.address, [TERMS]: agreed }))
  const sender = new ResumingSender({ chain, account, store: unfinished.store })
  if (unfinished.goesOn) output.story(`· going on with the deployment that stopped after ${plural(sender.mined, 'transaction')}`)
  try {
    output.story('· deploying the contracts')
    const deployment = await deployQuorate(sender, {
      token: flags.token,
      unitBond,
      rules: deploymentRules(unit, flags.unbondingDelay),
      shortest: flags.development ? DEVELOPMENT_TIMES : shortestTimes(flags.blockTime),
      signal,
    })
    await writeFile(join(out, 'deployment.json'), `${toJson({ chainId, ...deployment })}\n`)

    const funding = rewardPerRound * BigInt(flags.rounds)
    const operatorKey = await unfinished.key('operator.key')
    const peerSeed = await unfinished.key('peer.key')
    const { vault } = deployment
    if (deployment.developmentToken) {
      const { joiningFee } = await readVault(chain, { vault, signal })
      const amount = bond + joiningFee + funding
      await mintDevelopmentTokens(sender, { token: deployment.token, to: sender.address, amount, signal })
    }
    output.story('· creating the task')
    // A trial training need not choose the same exponents again.
    const kept = existsSync(join(out, TASK_FILES.spec)) ? await readTaskFiles(out) : files
    await writeTaskFiles(out, kept)
    const { task } = await openTask(sender, {
      contracts: deployment,
      files: kept,
      ...terms,
      ...penaltiesIn(unit),
      ...fines,
      judge: deployment.judge,
      funding,
      signal,
    })
    output.story('· joining the task as its operator')
    const { allocated } = await readAccount(chain, { vault, task, owner: sender.address, signal })
    const amount = bond > allocated ? bond - allocated : 0n
    await joinTask(sender, { contracts: deployment, task, role: 'operator', amount, operatorKey, peerSeed, signal })
    // Gas for a few hundred rounds at today's usual prices; the operator key pays for its own posts.
    await sendEther(sender, { to: privateKeyToAddress(operatorKey), amount: parseEther('1'), signal })
    const { guardian } = flags
    const governance = rules && (await govern(sender, deployment, { rules, guardian, signal }))
    if (governance) {
      output.story('· gave the contracts to the voters')
      const owner = governance.timelock
      await writeFile(join(out, 'deployment.json'), `${toJson({ chainId, ...deployment, owner, governance })}\n`)
    }
    const configPath = await writeOperatorConfig(out, {
      chain: { rpcUrl: configuredRpc(flags.rpc), chainId, ledger: deployment.ledger, fromBlock: Number(deployment.fromBlock) },
      task,
      ownerKey: flags.keyFile,
      grpc: flags.grpc,
      p2p: flags.p2p,
    }).catch((cause: unknown) => {
      throw new QuorateError('CONFIG_INVALID', `the contracts are deployed, but ${out} could not be written to`, { cause })
    })
    await unfinished.finish()
    const invitation = await inviteIfReachable(chain, { configPath, out, signal })
    output.result(
      {
        event: 'deployed',
        ok: true,
        chainId,
        ...deployment,
        ...(governance && { owner: governance.timelock, governance }),
        task,
        config: configPath,
        ...(invitation !== undefined && { invitation }),
        at: systemClock.now(),
      },
      [
        `Ledger       ${deployment.ledger}`,
        `Vault        ${deployment.vault}`,
        `Distributor  ${deployment.distributor}`,
        `Judge        ${deployment.judge}`,
        `Token        ${deployment.token}${deployment.developmentToken ? ' (development token, minted by the deployer)' : ''}`,
        `Task         ${task}, which starts when ${plural(terms.minMembers, 'member has', 'members have')} joined`,
        ...(governance ? [`Governor     ${governance.governor}`, `Timelock     ${governance.timelock}`] : []),
        `Gas          ${deployment.gasUsed.toLocaleString('en')} in ${plural(deployment.transactions, 'transaction')}`,
        invitation === undefined
          ? `Invite       quorate invite --config ${shown('coordinator.toml')} --address HOST:PORT`
          : `Invitation   ${shown('invitation.json')}, for the members: quorate member join ${shown('invitation.json')} --data FOLDER`,
        `Next         quorate coordinator run --config ${shown('coordinator.toml')}`,
      ].join('\n'),
    )
  } catch (error) {
    if (sender.mined > 0)
      output.story(
        `· stopped after ${plural(sender.mined, 'transaction')} that stand: repeat the command, and it goes on from there`,
      )
    throw errorInTokens(error, unit)
  }
}

/** What a repeated run must have in common with the first one. */
function planOf(
  { rpc: _rpc, json: _json, chainId: _chainId, out: _out, keyFile: _keyFile, ...flags }: DeployFlags,
  on: DeployPlan,
): DeployPlan {
  const options = Object.entries(flags).filter(([, value]) => value !== undefined)
  // Options first: where one differs, it is named.
  return {
    ...Object.fromEntries(
      options.map(([name, value]) => [`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value as string]),
    ),
    ...on,
  }
}

/** The invitation beside the operator's files, if what the operator listens on can be dialled. */
async function inviteIfReachable(
  chain: Chain,
  { configPath, out, signal }: { configPath: string; out: string; signal: AbortSignal },
): Promise<string | undefined> {
  const config = await readCoordinatorConfig(configPath)
  try {
    const invitation = await makeInvitation(chain, { config, rpcUrl: publicRpc(config), signal })
    const path = join(out, 'invitation.json')
    await writeFile(path, invitationText(invitation))
    return path
  } catch (error) {
    if (isQuorateError(error, 'FLAG_INVALID')) return undefined
    throw error
  }
}
