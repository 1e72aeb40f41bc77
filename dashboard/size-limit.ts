import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Fails the build when all files together, compressed one by one, are larger than so many KiB. */
export function sizeLimit(most: number): Plugin {
  return {
    name: 'size-limit',
    generateBundle(_, bundle) {
      const sizes = Object.entries(bundle).map(([name, file]) => {
        const size = gzipSync(file.type === 'chunk' ? file.code : file.source).length / 1024
        return { name, size }
      })
      const all = sizes.reduce((sum, { size }) => sum + size, 0)
      for (const { name, size } of sizes) this.info(`${name}: ${size.toFixed(1)} KiB compressed`)
      if (all > most) this.error(`the dashboard is ${all.toFixed(0)} KiB compressed; at most ${most} KiB may be`)
      this.info(`${all.toFixed(0)} of ${most} KiB compressed`)
    },
  }
}
