// Loaded with --import: prints the URL of every module that the process loads, one a line, to the file descriptor 3.
import { writeSync } from 'node:fs'
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, next) {
    writeSync(3, `${url}\n`)
    return next(url, context)
  },
})
