import type { Command } from 'commander'
import checkCommand from './data/check.ts'
import fingerprintCommand from './data/fingerprint.ts'
import granteeCommands from './data/grants/grantee.ts'
import grantsCommand from './data/grants/list.ts'
import ownerCommands from './data/grants/owner.ts'
import schemaCommand from './data/schema.ts'
import verifyCommand from './data/verify.ts'

/** `quorate data`: the data of a member, on this machine only; and on chain, who may train on it. */
export default function dataCommand(program: Command): void {
  const data = program
    .command('data')
    .description('check the data of a member, draft its schema, make its fingerprint, grant access to it')
  checkCommand(data)
  schemaCommand(data)
  fingerprintCommand(data)
  verifyCommand(data)
  ownerCommands(data)
  granteeCommands(data)
  grantsCommand(data)
}
