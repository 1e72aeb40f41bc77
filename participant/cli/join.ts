import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { readMemberConfig } from '../../src/config/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { joinStake } from '../../src/node/actions/index.ts'

interface JoinFlags {
  config?: string
  amount?: string
  gas?: string
  data?: string
  trainer?: string
  out: string
  rpc?: string[]
  fingerprint?: string
  ownerKey?: string
  p2p?: string
  announce?: string[]
  developmentKey?: string
  wait: boolean
  run: boolean
  json: boolean
}

const several = (value: string, before: string[] = []): string[] => [...before, value]

function rpcUrl(text: string, before: string[] = []): string[] {
  if (!/^(https?|wss?):\/\/./.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('expected a URL that begins with http://, https://, ws:// or wss://.')
  return several(text, before)
}

/** `quorate member join`: by an invitation, from nothing to a member; or with a configuration file that is there already. */
export function joinCommand(member: Command): void {
  member
    .command('join')
    .argument('[invitation]', 'invitation file, or tcp://HOST:PORT of an operator')
    .description(
      'join a task by an invitation: check the data, make keys and member.toml, say what to fund, put stake at risk. ' +
        'With --config in place of an invitation: add stake or rotate keys. May be repeated; it goes on where it stood',
    )
    .option('--data <path>', 'folder or file of your data')
    .option('--trainer <command>', 'program that trains in place of the built-in learner (docs/python.md)')
    .option('--out <folder>', 'folder for keys and member.toml', 'member')
    .option('--amount <tokens>', 'tokens to put at risk in the task; by default what the invitation asks for, with --config 0')
    .option(
      '--gas <amount>',
      'native currency for the operator key, which pays for forced commitments and proofs (0.1 by default, with --config 0)',
    )
    .option('--rpc <url>', 'chain node of your own, repeatable; by default that of the invitation', rpcUrl)
    .option('--fingerprint <hex>', 'with an address: fingerprint of the certificate, as the operator told you')
    .option('--owner-key <file>', 'key that owns the stake; a new one is made by default')
    .option(
      '--p2p <multiaddr>',
      'where the node listens for peers; 0.0.0.0:4001 by default, 127.0.0.1 where the operators are there too',
    )
    .option('--announce <multiaddr>', 'address to tell others instead, behind a port forward; repeatable', several)
    .option('--no-wait', 'end with FUNDS_MISSING instead of waiting for funds')
    .option('--development-key <file>', 'on a development chain: key of the deployer, which gives the member what it lacks')
    .option('--run', 'run the member when it has joined', false)
    .option('--config <file>', 'configuration file (TOML) of a member, in place of an invitation')
    .option('--json', 'print the result as JSON', false)
    .action(async (invitation: string | undefined, flags: JoinFlags) => {
      const output = createOutput(flags.json)
      if ((invitation === undefined) === (flags.config === undefined))
        throw new QuorateError('USAGE', 'pass an invitation, or --config with the configuration file of a member')
      if (flags.config !== undefined) {
        const config = await readMemberConfig(flags.config)
        using interrupt = onInterrupt()
        const { amount = '0', gas = '0' } = flags
        const { result, text } = await joinStake(config, { role: 'member', amount, gas, signal: interrupt.signal })
        return output.result(result, text)
      }
      const path = await joined(invitation!, flags)
      if (flags.run) await (await import('./run-member.ts')).runMember({ path, json: flags.json })
    })
}

async function joined(invitation: string, { json, gas = '0.1', ...flags }: JoinFlags): Promise<string> {
  const output = createOutput(json)
  using interrupt = onInterrupt()
  // Loaded only here: it reads data.
  const { joinByInvitation } = await import('../join/join-by-invitation.ts')
  const { path, result, text } = await joinByInvitation({
    ...flags,
    invitation,
    gas,
    story: (line) => output.story(line),
    signal: interrupt.signal,
  })
  output.result(result, text)
  return path
}
