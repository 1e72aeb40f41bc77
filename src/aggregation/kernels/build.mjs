#!/usr/bin/env node
// Compiles assembly/kernels.ts to kernels.wasm. With --check it compiles to memory and fails when the committed file differs.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main } from 'assemblyscript/asc'

const folder = fileURLToPath(new URL('.', import.meta.url))
const committed = `${folder}kernels.wasm`

const compiled = new Map()
const { error, stderr } = await main(
  // Memory is fixed at 28 pages (1.75 MiB): rows are copied in by tiles, so it never grows.
  [
    'assembly/kernels.ts',
    '--outFile',
    'kernels.wasm',
    '--enable',
    'simd',
    '-O3',
    '--runtime',
    'stub',
    '--noAssert',
    '--initialMemory',
    '28',
    '--maximumMemory',
    '28',
  ],
  {
    readFile: (name, base) => {
      try {
        return readFileSync(`${base === '.' || base === undefined ? folder : base}/${name}`, 'utf8')
      } catch {
        return null
      }
    },
    writeFile: (name, contents) => void compiled.set(name, contents),
    listFiles: () => [],
  },
)
if (error) {
  console.error(stderr.toString())
  throw error
}

const wasm = compiled.get('kernels.wasm')
if (process.argv.includes('--check')) {
  if (Buffer.compare(readFileSync(committed), wasm) !== 0) {
    console.error('kernels.wasm differs from its source: run `node src/aggregation/kernels/build.mjs` and commit the result')
    process.exit(1)
  }
  console.error('kernels.wasm is the build of its source')
} else {
  writeFileSync(committed, wasm)
  console.error(`kernels.wasm: ${wasm.length} bytes`)
}
