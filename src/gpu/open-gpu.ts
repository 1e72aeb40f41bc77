/** Dawn ends when nothing refers to it any more, under the feet of its devices: a thread keeps the one it has. */
let dawn: GPU | undefined

/**
 * What a browser has at `navigator.gpu`: found there, else Dawn. The constants of the standard (`GPUBufferUsage` …) become global.
 *
 * @throws what loading Dawn throws where it has no binary
 */
export async function openGpu(): Promise<GPU> {
  const present = (globalThis.navigator as { gpu?: GPU }).gpu ?? dawn
  if (present) return present
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  return (dawn = create([]))
}
