import type { Command } from 'commander'
import checkCommand from './task/check.ts'
import createCommand from './task/create.ts'
import exportRunCommand from './task/export-run.ts'
import initCommand from './task/init.ts'
import refundCommand from './task/refund.ts'
import stopCommand from './task/stop.ts'
import succeedCommand from './task/succeed.ts'

/** `quorate task init | check | create | succeed | stop | refund | export-run`: tasks from files, on contracts that others deployed. */
export default function taskCommand(program: Command): void {
  const task = program.command('task').description('write, check and create tasks, succeed, stop and refund them')
  initCommand(task)
  checkCommand(task)
  createCommand(task)
  succeedCommand(task)
  stopCommand(task)
  refundCommand(task)
  exportRunCommand(task)
}
