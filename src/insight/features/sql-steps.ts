import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** Folder of the SQL files. Each is one SELECT over the tables of a folder and over the files before it; `NN_name.sql` makes the table `name`. */
export const SQL_FOLDER = resolve(import.meta.dirname, '../sql')

export interface SqlStep {
  name: string
  select: string
}

/** In the order of their numbers; the last one is `features`. */
export async function sqlSteps(): Promise<SqlStep[]> {
  const files = (await readdir(SQL_FOLDER)).filter((file) => file.endsWith('.sql')).toSorted()
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(file.indexOf('_') + 1, -'.sql'.length),
      select: await readFile(join(SQL_FOLDER, file), 'utf8'),
    })),
  )
}
