#!/usr/bin/env node
// A solc that forge can call: the compiler is npm's solc (the official WASM build), so no binary is downloaded.
// forge asks only for --version and --standard-json on stdin; path flags need no answer because forge inlines all sources.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const solc = createRequire(import.meta.url)('solc')
if (process.argv.includes('--version')) {
  console.log(
    `solc, the solidity compiler commandline interface\nVersion: ${solc.version().replace('.Emscripten.clang', '.Linux.g++')}`,
  )
} else {
  process.stdout.write(solc.compile(readFileSync(0, 'utf8')))
}
