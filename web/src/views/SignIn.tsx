// The way in: a token. It never leaves this page but as a header to its own server.

import { Show, createSignal } from 'solid-js'
import { session, signIn } from '../app/session'

export function SignIn() {
  const [token, setToken] = createSignal('')
  const [stay, setStay] = createSignal(false)
  const because = () => {
    const now = session()
    return now.is === 'out' ? now.because : undefined
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (token().trim() !== '') void signIn(token().trim(), stay())
  }
  return (
    <main class="sign-in" id="main">
      <form onSubmit={submit} aria-labelledby="sign-in-title">
        <h1 id="sign-in-title" class="mark">
          lastword<span aria-hidden="true">.</span>
        </h1>
        <p class="lead">The last power command has the last word.</p>
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck={false}
          autofocus
          required
          aria-describedby="token-hint"
          aria-invalid={because() !== undefined}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <p id="token-hint" class="faint">
          An admin makes one with <code>lastword token create</code>. The first is in <code>admin.token</code> in the server’s data folder.
        </p>
        <label class="check">
          <input type="checkbox" onChange={(event) => setStay(event.currentTarget.checked)} /> Keep it in this browser, not only in this tab
        </label>
        <Show when={because()}>
          <p class="wrong" role="alert">
            {because()}
          </p>
        </Show>
        <button class="button primary" type="submit">
          Sign in
        </button>
      </form>
    </main>
  )
}
