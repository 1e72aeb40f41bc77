import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { createMemoryJournal, openJournal, openSharedJournal } from '../../../src/storage/index.ts'
import { journalSuite } from './journal-suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'quorate-journal-'))
let count = 0

afterAll(() => rmSync(folder, { recursive: true, force: true }))

journalSuite('SQLite', () => openJournal(join(folder, String(count++))))
journalSuite('SQLite, shared', () => openSharedJournal(join(folder, `${count++}.db`)))
journalSuite('memory', createMemoryJournal)
