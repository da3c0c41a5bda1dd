// The page: signed out, or the shell with the house in it.

import { Match, Show, Switch, createMemo, onCleanup, untrack } from 'solid-js'
import { SignIn } from '../views/SignIn'
import { House, HouseContext } from './house'
import { session } from './session'
import { Shell } from './Shell'

export function App() {
  return (
    <Switch>
      <Match when={session().is === 'out'}>
        <SignIn />
      </Match>
      <Match when={session().is === 'checking'}>
        <p class="first-word" role="status">
          Asking the server who you are.
        </p>
      </Match>
      <Match when={session().is === 'in'}>
        <SignedIn />
      </Match>
    </Switch>
  )
}

function SignedIn() {
  const house = createMemo(() => {
    const now = session()
    if (now.is !== 'in') return undefined
    // whatever a house reads while it is built must not build it again
    const house = untrack(() => new House(now.token, now.me))
    onCleanup(() => house.close())
    return house
  })
  return (
    <Show when={house()} keyed>
      {(house) => (
        <HouseContext.Provider value={house}>
          <Shell />
        </HouseContext.Provider>
      )}
    </Show>
  )
}
