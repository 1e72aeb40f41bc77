/** The users that may read a file, by its mode. */
export interface FileAccess {
  /** Permission bits of the file itself, not of a link to it. */
  mode: number
  /** Group of the file. */
  gid: number
}

/** What the process is, and where the file lies. */
export interface Reader {
  /** Every group of the process. */
  groups: readonly number[]
  /** The file lies on a read-only mount in memory: see `sealed-mount.ts`. */
  sealed: boolean
}

/**
 * The exposure of a secret to other users, with the way to mend it; undefined if there is none.
 *
 * Accepted are files that only their owner reads, files that a group of this process reads (Kubernetes with `fsGroup`:
 * 0440 or 0660), and files on a sealed mount (Docker Swarm: 0444, owned by root). Write permission is judged as read
 * permission: a user that reads a key can already sign with it.
 */
export function exposureOf({ mode, gid }: FileAccess, { groups, sealed }: Reader): string | undefined {
  if (sealed) return undefined
  if ((mode & 0o007) !== 0)
    return 'everybody on this machine: run chmod 600 on it, or mount it as a secret (read-only, in memory)'
  if ((mode & 0o070) !== 0 && !groups.includes(gid))
    return `group ${gid}, to which this process does not belong: run chmod 600 on it, or run the process with that group`
  return undefined
}
