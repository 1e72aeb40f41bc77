// Child process of kill.test.ts: appends pairs until it is killed and says so only after the journal has returned.
import { writeSync } from 'node:fs'
import { openJournal } from '../../../src/storage/index.ts'

const journal = openJournal(process.argv[2]!)
for (let i = Number(process.argv[3]); ; i++) {
  journal.transaction(() => {
    journal.append(BigInt(i), 'first', { i, text: 'x'.repeat(500) })
    journal.append(BigInt(i), 'second', { i })
    journal.set('last', i)
  })
  writeSync(1, `${i}\n`)
}
