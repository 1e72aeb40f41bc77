import { render } from 'preact'
import { config } from 'zod'
import { App } from './app.tsx'
import { Live } from './data/live.ts'
import { NodeApi } from './data/node-api.ts'
import { followTheme } from './theme.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/frame.css'
import './styles/parts.css'
import './styles/charts.css'

// The policy of the page allows no code made from text, which zod would try.
config({ jitless: true })
followTheme()
const api = new NodeApi('./api/v1')
const live = new Live(api)
live.start()
render(<App source={{ api, live }} />, document.querySelector('#app')!)
