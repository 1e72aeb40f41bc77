import type { Command } from 'commander'
import createCommand from './task/create.ts'
import refundCommand from './task/refund.ts'
import stopCommand from './task/stop.ts'
import succeedCommand from './task/succeed.ts'

/** `quorate task create | succeed | stop | refund`: tasks on contracts that others deployed. */
export default function taskCommand(program: Command): void {
  const task = program.command('task').description('create, succeed, stop and refund tasks on deployed contracts')
  createCommand(task)
  succeedCommand(task)
  stopCommand(task)
  refundCommand(task)
}
