// Writes docs/metrics.md from the table in src/observe/metric-table.ts; `--check` fails when the page is stale.
import { METRICS } from '../src/observe/metric-table.ts'
import type { MetricEntry } from '../src/observe/metric-table.ts'
import { writePage } from './docs/write-page.ts'

const rows = Object.entries(METRICS).map(([name, { type, help, labels = [] }]: [string, MetricEntry]) => {
  const named = labels.map((label) => `\`${label}\``).join(', ')
  return `| \`quorate_${name}\` | ${type} | ${named} | ${help} |`
})
const text = `# Metrics

Made from \`src/observe/metric-table.ts\` by \`node scripts/metrics-doc.ts\`. A node with \`[metrics] listen\` serves these at \`/metrics\` for Prometheus, and the figures of its
process (\`process_…\`, \`nodejs_…\`). Labels are few: no metric names a member or a round. What to watch and when to act stands in
[operations](operations.md#alerts); [deploy](../deploy/README.md#monitoring) has rules of alerts and a board.

A label \`code\` is a code of the [catalogue of errors](errors.md#codes). Names that end in \`_seconds\` are in seconds, names in \`_bytes\` or \`_bytes_total\` in bytes. A
histogram has the series \`_bucket\`, \`_sum\` and \`_count\`.

| metric | type | labels | meaning |
|---|---|---|---|
${rows.join('\n')}
`
writePage('docs/metrics.md', text, 'scripts/metrics-doc.ts')
