import { homedir, tmpdir } from 'node:os'

/** Takes paths of this machine out of a text. */
export type HidePaths = (text: string) => string

/** What stands in a text where a path was. */
export const HIDDEN = '(a file of this node)'

/**
 * Reasons and errors name files for the log of the node. Clients of the API need not know where they are.
 *
 * @param folders of the node; those of its user and of temporary files are hidden, too
 * @example hidePaths(['/srv/member'])('cannot read /srv/member/state/journal.db') // 'cannot read (a file of this node)'
 */
export function hidePaths(folders: readonly string[]): HidePaths {
  const roots = [...folders, process.cwd(), homedir(), tmpdir()]
    .map((folder) => folder.replace(/\/+$/, ''))
    .filter((folder) => folder.length > 1)
    // The longest first, or the rest of a longer one would stay.
    .sort((a, b) => b.length - a.length)
  if (roots.length === 0) return (text) => text
  const any = [...new Set(roots)].map((root) => root.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const path = new RegExp(`(?:${any})(?:/[^\\s"'\\\\,;:)]*|(?![\\w.-]))`, 'g')
  return (text) => text.replace(path, HIDDEN)
}
