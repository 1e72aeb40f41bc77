import { createRequire } from 'node:module'
import { QuorateError } from '../../core/index.ts'

const PACKAGES: Record<string, string> = {
  'linux-x64': '@foundry-rs/anvil-linux-amd64/bin/anvil',
  'linux-arm64': '@foundry-rs/anvil-linux-arm64/bin/anvil',
  'darwin-x64': '@foundry-rs/anvil-darwin-amd64/bin/anvil',
  'darwin-arm64': '@foundry-rs/anvil-darwin-arm64/bin/anvil',
  'win32-x64': '@foundry-rs/anvil-win32-amd64/bin/anvil.exe',
}

/**
 * Path of the anvil executable that npm installed for this platform; an optional peer dependency. Resolved through the package, not PATH, so that the pinned
 * version runs and no wrapper process stands between us and the node we have to stop.
 *
 * Errors: PROCESS_FAILED when the package brings no binary for this platform.
 */
export function anvilBinary(): string {
  const platform = `${process.platform}-${process.arch}`
  const target = PACKAGES[platform]
  try {
    if (target === undefined) throw new Error(`anvil is not published for ${platform}`)
    // The platform package is a dependency of @foundry-rs/anvil, not of ours: resolve from there.
    const anvil = createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json')
    return createRequire(anvil).resolve(target)
  } catch (cause) {
    const command = '`npm install @foundry-rs/anvil` (with -g beside a global quorate)'
    throw new QuorateError('PROCESS_FAILED', `anvil for ${platform} is not installed: run ${command}`, {
      details: { platform },
      cause,
    })
  }
}
