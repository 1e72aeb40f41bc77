import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { isAddress, isHex } from 'viem'
import { encodeChanges, encodeJudge, findProposal, PARAMETERS, propose, readParameters } from '../../src/chain/index.ts'
import type { Change, GovernanceCall, GovernedParameter, ParameterName } from '../../src/chain/index.ts'
import { parseAmount, QuorateError } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address } from '../chain-options.ts'
import { formatTime } from './format.ts'
import { governAs, withKey } from './session.ts'
import type { VoterOptions } from './session.ts'

interface ProposeFlags extends VoterOptions {
  set: Setting[]
  call: GovernanceCall[]
  addJudge: Address[]
  retireJudge: Address[]
  description: string
}

interface Setting {
  name: ParameterName
  text: string
}

/** `quorate gov propose`: changes of parameters, or any calls, put to the vote. */
export default function proposeCommand(gov: Command): void {
  withKey(gov.command('propose'), 'owner key with votes of at least the proposal threshold')
    .description('propose changes; calls that would revert are rejected before anything is sent')
    .option('--set <parameter=value>', 'new value of a parameter that `gov params` lists; repeatable', collectSetting, [])
    .option('--call <address:data>', 'any other call of the timelock, such as an upgrade; repeatable', collectCall, [])
    .option('--add-judge <address>', 'judge that new tasks may name; repeatable', collectAddress, [])
    .option('--retire-judge <address>', 'judge under which no round opens any more; repeatable', collectAddress, [])
    .requiredOption('--description <text>', 'description for the voters')
    .action(async (flags: ProposeFlags) => {
      if (flags.set.length + flags.call.length + flags.addJudge.length + flags.retireJudge.length === 0) {
        throw new QuorateError('USAGE', 'the proposal is empty: add a change with --set, --add-judge, --retire-judge or --call')
      }
      return governAs(flags, async ({ chain, contracts, governance, unit, sender, tell, signal }) => {
        const parameters = await readParameters(chain, { contracts, governance, signal })
        const changes = flags.set.map((setting) => changeOf(setting, parameters, unit))
        const calls = [
          ...encodeChanges(changes, { contracts, governance, parameters }),
          ...flags.addJudge.map((judge) => encodeJudge('addJudge', judge, contracts)),
          ...flags.retireJudge.map((judge) => encodeJudge('retireJudge', judge, contracts)),
          ...flags.call,
        ]
        const made = await propose(sender, { governance, calls, description: flags.description, signal })
        const { place } = await findProposal(chain, { governance, reference: String(made.proposal), signal })
        tell(
          {
            event: 'proposed',
            ok: true,
            proposal: made.proposal,
            place,
            proposer: sender.address,
            calls,
            snapshot: made.snapshot,
            deadline: made.deadline,
            gas: made.gasUsed,
          },
          [
            `Proposal ${place}: ${flags.description}`,
            `Each vote counts the stake at ${formatTime(made.snapshot)}. Voting ends ${formatTime(made.deadline)}`,
            `Next: quorate gov vote --proposal ${place} --support for`,
          ].join('\n'),
        )
      })
    })
}

function collectSetting(text: string, before: Setting[]): Setting[] {
  const [, name, value] = /^([\w.]+)=(.+)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('expected parameter=value.')
  if (!PARAMETERS.includes(name as ParameterName)) {
    throw new InvalidArgumentError(`expected one of ${PARAMETERS.join(', ')}.`)
  }
  return [...before, { name: name as ParameterName, text: value }]
}

function collectAddress(text: string, before: Address[]): Address[] {
  return [...before, address(text)]
}

function collectCall(text: string, before: GovernanceCall[]): GovernanceCall[] {
  const [target, data] = text.split(':')
  if (target === undefined || !isAddress(target) || data === undefined || !isHex(data)) {
    throw new InvalidArgumentError('expected an address, a colon and the 0x-prefixed data of the call.')
  }
  return [...before, { target, data }]
}

function changeOf({ name, text }: Setting, parameters: readonly GovernedParameter[], token: TokenUnit): Change {
  const { unit } = parameters.find((parameter) => parameter.name === name)!
  if (unit === 'tokens') return [name, parseAmount(text, token)]
  if (!/^\d+$/.test(text)) throw new QuorateError('USAGE', `${name} is a whole number of ${unit}, not "${text}"`)
  return [name, BigInt(text)]
}
