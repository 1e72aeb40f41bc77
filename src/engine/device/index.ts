/**
 * Gram matrices on a WebGPU device, for whom the processor is not enough: the same integers bit for bit, rows moved there segment by segment.
 *
 * `openGramDevice({ logger })` gives a device that has passed a check against the wasm kernel, or nothing and a
 * warning; `createEngine({ device })` uses it. Needs what src/gpu needs. Every segment is checked when it comes back
 * (`partialsAgree`), because a wrong sum costs the operator its bond; what fails is computed by the threads.
 *
 * The weighted sum is not here: it reads each coordinate once, and moving that to a device takes what adding it up takes.
 */
export { GramDevice, openGramDevice } from './gram-device.ts'
export type { GramDeviceOptions } from './gram-device.ts'
