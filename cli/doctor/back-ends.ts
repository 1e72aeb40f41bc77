import { namesSoftware } from '../../src/gpu/index.ts'
import type { ProbedBackend } from '../../src/training/index.ts'
import { note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

/** How a machine gets a back end that does not start. */
export const GET: Record<ProbedBackend['name'], string> = {
  'tfjs-node-gpu': 'with an NVIDIA card, CUDA 11 and cuDNN 8: npm install @tensorflow/tfjs-node-gpu@4.22.0',
  webgpu: 'with a GPU and its driver: npm install webgpu@0.6.2',
  'tfjs-node': 'uses all cores, without a GPU: npm install @tensorflow/tfjs-node@4.22.0',
  wasm: 'install the package again: it brings this back end',
  cpu: 'install the package again: it brings this back end',
}

/** Each back end, what it gives, and how to get those that would be faster. */
export function backendFindings(probed: readonly ProbedBackend[]): DoctorFinding[] {
  const chosen = chosenBackend(probed)
  const first = probed.findIndex(({ name }) => name === chosen?.name)
  return probed.map(({ name, starts, detail, gigaflops }, index) => {
    const title = `back end ${name}`
    if (!starts) return index < first || first < 0 ? note(title, detail, GET[name]) : ok(title, detail)
    const rate = gigaflops === undefined ? '' : `, ${gigaflops.toPrecision(3)} GFLOP/s`
    return ok(title, `${detail}${rate}${name === chosen?.name ? '; auto takes this one' : ''}`)
  })
}

/** The one that `auto` takes: the first that starts, and a software GPU never. */
export function chosenBackend(probed: readonly ProbedBackend[]): ProbedBackend | undefined {
  return probed.find(({ name, starts, detail }) => starts && !(name === 'webgpu' && namesSoftware(detail)))
}
