import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { readCoordinatorConfig, readMemberConfig } from '../src/config/index.ts'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { rpcOption } from './chain-options.ts'
import { backendFindings, chosenBackend } from './doctor/back-ends.ts'
import type { DoctorFinding } from './doctor/finding.ts'
import { checkClock, checkGpu, checkMachine, checkPython } from './doctor/machine.ts'
import { checkOperators, checkPorts, checkRpc } from './doctor/network.ts'

interface DoctorFlags {
  config?: string
  rpc?: string[]
  json: boolean
}

const MARKS: Record<DoctorFinding['state'], string> = { ok: 'ok   ', note: 'note ', fault: 'FAULT' }

/** `quorate doctor`: what this machine has for a node, what would be faster, and how to get it. Changes nothing. */
export default function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'look at this machine: back ends and GPUs, Python, disk, clock; with a configuration also chain, operators and ports',
    )
    .option('--config <file>', 'member.toml or coordinator.toml')
    .addOption(rpcOption('chain node to try, repeatable'))
    .option('--json', 'print the result as JSON', false)
    .action(async ({ config: path, rpc, json }: DoctorFlags) => {
      using interrupt = onInterrupt()
      const { signal } = interrupt
      const output = createOutput(json)
      const found: DoctorFinding[] = []
      const tell = (...more: DoctorFinding[]): void => {
        found.push(...more)
        if (!json) for (const one of more) output.result({}, lines(one))
      }
      const config = path === undefined ? undefined : await readEither(path)
      tell(...(await checkMachine(config?.folder ?? process.cwd())), await checkClock(), await checkGpu(), await checkPython())
      output.story('· trying the back ends')
      const { probeBackends } = await import('../src/training/index.ts')
      const probed = await probeBackends(signal)
      tell(...backendFindings(probed))
      if (rpc) tell(...(await checkRpc(rpc, undefined, signal)))
      if (config) {
        tell(...(await checkRpc(config.chain.rpcUrl, config.chain, signal)))
        if (config.operators) tell(...(await checkOperators(config.operators, signal)))
        tell(...(await checkPorts(config)))
      }
      const faults = found.filter(({ state }) => state === 'fault').length
      const backend = chosenBackend(probed)
      output.result(
        { event: 'doctor', ok: faults === 0, backend: backend?.name ?? null, findings: found, backends: probed },
        faults === 0
          ? 'Nothing stands in the way.'
          : `${faults} ${faults === 1 ? 'fault' : 'faults'}: mend what stands beside FAULT.`,
      )
      if (faults > 0) process.exitCode = 2
    })
}

function lines({ name, state, found, advice }: DoctorFinding): string {
  const indent = ' '.repeat(6)
  return [`${MARKS[state]} ${name}: ${found}`, ...(advice === undefined ? [] : [`${indent}→ ${advice}`])].join('\n')
}

type NodeConfig = Pick<Awaited<ReturnType<typeof readMemberConfig>>, 'chain' | 'p2p'> & {
  folder: string
  operators?: Awaited<ReturnType<typeof readMemberConfig>>['coordinator']
  grpc?: Awaited<ReturnType<typeof readCoordinatorConfig>>['grpc']
}

/** The configuration of a member or of an operator: an operator's names the files of its task. */
async function readEither(path: string): Promise<NodeConfig> {
  const text = await readFile(path, 'utf8').catch(() => '')
  if (/^\s*\[\[?coordinator\]?\]|^\s*coordinator\s*=/m.test(text)) {
    const { chain, p2p, coordinator: operators } = await readMemberConfig(path)
    return { chain, p2p, operators, folder: dirname(path) }
  }
  const { chain, p2p, grpc } = await readCoordinatorConfig(path)
  return { chain, p2p, grpc, folder: dirname(path) }
}
