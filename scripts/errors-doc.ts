// Writes docs/errors.md from the catalogue in src/core/error-codes.ts; `--check` fails when the page is stale.
import { ERRORS } from '../src/core/error-codes.ts'
import { writePage } from './docs/write-page.ts'

const EXITS: Record<number, string> = {
  0: 'success',
  1: 'unexpected failure',
  2: 'usage or configuration',
  3: 'chain',
  4: 'stake or keys',
  5: 'data, model or task',
  6: 'network',
  7: 'storage',
  8: 'verification failed',
  130: 'cancelled (Ctrl-C)',
}

const rows = Object.entries(ERRORS).map(([code, entry]) => `| \`${code}\` | ${entry.exit} | ${entry.grpc} | ${entry.advice} |`)
const text = `# Errors

Made from \`src/core/error-codes.ts\` by \`node scripts/errors-doc.ts\`. Every failure carries one of these codes: on stderr, in \`--json\` output, in logs, as metric
label, and over gRPC in the metadata key \`quorate-code\`.

## Exit codes

| exit | meaning |
|---|---|
${Object.entries(EXITS)
  .map(([exit, meaning]) => `| ${exit} | ${meaning} |`)
  .join('\n')}

## Codes

| code | exit | gRPC status | what to do |
|---|---|---|---|
${rows.join('\n')}
`
writePage('docs/errors.md', text, 'scripts/errors-doc.ts')
