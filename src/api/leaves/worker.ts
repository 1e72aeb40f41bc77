// Entry of the thread of the API.
import { serveJobs } from '../../engine/serve-jobs.ts'
import { doLeafJob } from './jobs.ts'
import type { LeafJobs } from './jobs.ts'

serveJobs<LeafJobs>(doLeafJob)
