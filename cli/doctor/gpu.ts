import { findAdapter, openGpu } from '../../src/gpu/index.ts'
import type { ProbedBackend } from '../../src/training/index.ts'
import { fault } from './finding.ts'
import type { DoctorFinding } from './finding.ts'
import { GET } from './back-ends.ts'
import type { NodeConfig } from '../../src/config/index.ts'

/** A back end or a device that the configuration asks for, and that does not start. */
export async function checkAsked(subject: NodeConfig, probed: readonly ProbedBackend[]): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  const asked = subject.role === 'member' ? subject.training.backend : 'auto'
  const backend = probed.find(({ name }) => name === asked)
  if (backend && !backend.starts)
    findings.push(
      fault(
        `backend = "${asked}"`,
        `does not start: ${backend.detail}`,
        `write backend = "auto" under [training], or get it: ${GET[backend.name]}`,
      ),
    )
  if (subject.engine.gram === 'webgpu') {
    const missing = await openGpu()
      .then(async (gpu) => findAdapter(gpu, { software: true }))
      .then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
    if (missing !== undefined)
      findings.push(
        fault(
          'gram = "webgpu"',
          `there is no device: ${missing}`,
          'write gram = "wasm" under [engine], or install the driver of the GPU',
        ),
      )
  }
  return findings
}
