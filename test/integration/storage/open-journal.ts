// Child process of journal-file.test.ts: says whether it could open the folder.
import { isQuorateError } from '../../../src/core/index.ts'
import { openJournal } from '../../../src/storage/index.ts'

try {
  openJournal(process.argv[2]!).close()
  console.log('open')
} catch (error) {
  console.log(isQuorateError(error) ? error.code : error)
}
