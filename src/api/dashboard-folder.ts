import { resolve } from 'node:path'

/** Folder of the dashboard that `npm run build:dashboard` makes; the installed package has it. */
export const DASHBOARD_FOLDER = resolve(import.meta.dirname, '../../dashboard/dist')
