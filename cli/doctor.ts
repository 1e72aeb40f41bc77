import { plural } from '../src/core/index.ts'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { rpcOption } from './chain-options.ts'
import { backendFindings, chosenBackend } from './doctor/back-ends.ts'
import { checkDisk } from './doctor/disk.ts'
import { examine } from './doctor/examine.ts'
import type { DoctorFinding } from './doctor/finding.ts'
import { checkAsked } from './doctor/gpu.ts'
import { checkClock, checkGpu, checkMachine, checkMemory, checkPython } from './doctor/machine.ts'
import { checkRpc } from './doctor/rpc.ts'
import { readNodeConfig } from '../src/config/index.ts'

interface DoctorFlags {
  config?: string
  rpc?: string[]
  json: boolean
}

const MARKS: Record<DoctorFinding['state'], string> = { ok: 'ok   ', note: 'note ', fault: 'FAULT' }

/** `quorate doctor`: what stands in the way of a node, and how to mend it (docs/doctor.md). Changes nothing. */
export default function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'look for what would stop a node: programs, memory, disk, clock, back ends; with a configuration also keys, chain, stake, operators, peers, ports, task and data',
    )
    .option('--config <file>', 'member.toml or coordinator.toml')
    .addOption(rpcOption('chain node to try, repeatable'))
    .option('--json', 'print the result as JSON', false)
    .action(async ({ config: path, rpc, json }: DoctorFlags) => {
      using interrupt = onInterrupt()
      const { signal } = interrupt
      const output = createOutput(json)
      const found: DoctorFinding[] = []
      const tell = (...more: readonly DoctorFinding[]): void => {
        found.push(...more)
        if (!json) for (const one of more) output.result({}, lines(one))
      }
      const subject = path === undefined ? undefined : await readNodeConfig(path)
      tell(...checkMachine(), await checkClock(), await checkGpu(), await checkPython())
      if (rpc) tell(...(await checkRpc(rpc, { chainId: undefined, signal })))
      if (subject) for await (const findings of examine(subject, signal)) tell(...findings)
      else tell(checkMemory(undefined), ...(await checkDisk(process.cwd())))
      output.story('· trying the back ends')
      const { probeBackends } = await import('../src/training/index.ts')
      const probed = await probeBackends(signal)
      tell(...backendFindings(probed), ...(subject ? await checkAsked(subject, probed) : []))
      const faults = found.filter(({ state }) => state === 'fault').length
      const backend = chosenBackend(probed)
      output.result(
        { event: 'doctor', ok: faults === 0, backend: backend?.name ?? null, findings: found, backends: probed },
        faults === 0 ? 'Nothing stands in the way.' : `${plural(faults, 'fault')}: mend what stands beside FAULT.`,
      )
      if (faults > 0) process.exitCode = 2
    })
}

function lines({ name, state, found, advice }: DoctorFinding): string {
  const indent = ' '.repeat(6)
  return [`${MARKS[state]} ${name}: ${found}`, ...(advice === undefined ? [] : [`${indent}→ ${advice}`])].join('\n')
}
