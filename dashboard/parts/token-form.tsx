import { useSource } from '../data/context.ts'
import { Card } from './small.tsx'

/** Asks for the bearer token of a node that wants one. */
export function TokenForm() {
  const { api } = useSource()
  const save = (event: SubmitEvent): void => {
    event.preventDefault()
    api.token = String(new FormData(event.currentTarget as HTMLFormElement).get('token'))
    location.reload()
  }
  return (
    <Card title="This node asks for a token" lead="It stands in the node's configuration, under [api].">
      <form class="form" onSubmit={save}>
        <label>
          <span>Token</span>
          <input name="token" type="password" autocomplete="off" required />
        </label>
        <p class="soft">The browser keeps it until this tab is closed, and sends it to this node only.</p>
        <button type="submit" class="main">
          Use the token
        </button>
      </form>
    </Card>
  )
}
