import type { Command } from 'commander'
import checkCommand from './data/check.ts'
import fingerprintCommand from './data/fingerprint.ts'
import schemaCommand from './data/schema.ts'
import verifyCommand from './data/verify.ts'

/** `quorate data check | schema | fingerprint | verify`: the data of a member, on this machine only. */
export default function dataCommand(program: Command): void {
  const data = program.command('data').description('check the data of a member, draft its schema, make its fingerprint')
  checkCommand(data)
  schemaCommand(data)
  fingerprintCommand(data)
  verifyCommand(data)
}
