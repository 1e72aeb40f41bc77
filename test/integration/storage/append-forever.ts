// Child process of kill.test.ts: appends pairs, every second one lazily, until it is killed and says so only after the journal has returned.
import { writeSync } from 'node:fs'
import { openJournal } from '../../../src/storage/index.ts'

const journal = openJournal(process.argv[2]!)
for (let i = Number(process.argv[3]); ; i++) {
  const write = i % 2 === 0 ? journal.transaction.bind(journal) : journal.lazily.bind(journal)
  write(() => {
    journal.append(BigInt(i), 'first', { i, text: 'x'.repeat(500) })
    journal.append(BigInt(i), 'second', { i })
    journal.set('last', i)
  })
  writeSync(1, `${i}\n`)
}
